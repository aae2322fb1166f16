#include "support/catch.hpp"

#include <cafka/acks.hpp>

#include <algorithm>
#include <iterator>
#include <ranges>

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

TEST_CASE("a record, also a kept one, is acked up to itself or alone") {
  auto batch = batch_of({4, 5, 9});
  auto kept = batch[1].keep();
  for (auto& up_to : {ack_of(batch[1]), ack_of(kept)}) {
    CHECK(up_to.topic == "t");
    CHECK(up_to.partition == 3);
    CHECK(up_to.generation == generation{7});
    CHECK(up_to.offset == 5);
  }
  for (auto& just_it : {individual_ack_of(batch[1]), individual_ack_of(kept)}) {
    CHECK(just_it.topic == "t");
    CHECK(just_it.partition == 3);
    CHECK(just_it.generation == generation{7});
    CHECK(just_it.offsets == std::vector<offset_t>{5});
  }
}

TEST_CASE("a batch is a range that can be gone through many times") {
  static_assert(std::ranges::forward_range<message_batch>);
  static_assert(std::ranges::sized_range<message_batch>);
  auto batch = batch_of({4, 5, 9, 12});
  auto offsets = std::views::transform(&record::offset);
  auto late = batch | std::views::drop(1) | std::views::take(2) | offsets;
  std::vector<offset_t> seen;
  for (auto pass = 0; pass < 2; ++pass)
    std::ranges::copy(late, std::back_inserter(seen));
  CHECK(seen == std::vector<offset_t>{5, 9, 5, 9});
  auto i = batch.begin();
  CHECK((*i++).offset() == 4);
  CHECK((*i).offset() == 5);
  CHECK(std::ranges::max(batch | offsets) == 12);
}
