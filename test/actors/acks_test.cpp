#include "support/catch.hpp"

#include <cafka/acks.hpp>

using namespace cafka;

namespace {

message_batch batch_of(const std::vector<offset_t>& offsets) {
  record_block::builder block;
  for (auto x : offsets)
    block.add(x, "key", "value");
  auto identity = std::make_shared<const partition_identity>(
    partition_identity{"g", "t", 3, generation{7}});
  return {identity,
          std::make_shared<const revocation_notice>(),
          block.finish(),
          {},
          1};
}

} // namespace

TEST_CASE("the ack of a batch is cumulative and names its last record") {
  auto x = ack_of(batch_of({4, 5, 9}));
  CHECK(x.topic == "t");
  CHECK(x.partition == 3);
  CHECK(x.generation == generation{7});
  CHECK(x.offset == 9);
}

TEST_CASE("an ack up to a record and the ack of just that record name it") {
  auto up_to = ack_of(batch_of({4, 5, 9}), 5);
  CHECK(up_to.offset == 5);
  auto just_it = individual_ack_of(up_to);
  CHECK(just_it.topic == "t");
  CHECK(just_it.partition == 3);
  CHECK(just_it.generation == generation{7});
  CHECK(just_it.offsets == std::vector<offset_t>{5});
}
