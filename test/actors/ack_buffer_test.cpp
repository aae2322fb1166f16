#include "actors/group_supervisor/ack_buffer.hpp"
#include "support/catch.hpp"

using namespace cafka;
using namespace cafka::actors;

namespace {

using offsets = std::vector<offset_t>;

ack of_offset(offset_t x) {
  return {"t", 0, {1}, x};
}

ack_individual just(offsets x) {
  return {"t", 0, {1}, std::move(x)};
}

std::vector<offsets> offsets_of(const std::vector<ack_series>& all) {
  std::vector<offsets> result;
  for (auto& x : all)
    result.push_back(x.offsets);
  return result;
}

caf::mailbox_element_ptr
element_of(caf::message x, caf::message_id id = caf::make_message_id()) {
#if CAFKA_CAF_017
  return caf::make_mailbox_element(nullptr, id, {}, std::move(x));
#else
  return caf::make_mailbox_element(nullptr, id, std::move(x));
#endif
}

} // namespace

TEST_CASE("acks wait in their buffer in order, and the first calls its owner") {
  ack_buffer buffer;
  CHECK(buffer.put(of_offset(7)));
  CHECK_FALSE(buffer.put(of_offset(3)));
  CHECK(buffer.size() == 2);
  auto taken = buffer.take();
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].tp == topic_partition{"t", 0});
  CHECK(taken[0].generation == generation{1});
  CHECK(taken[0].cumulative);
  CHECK(taken[0].acks == 2);
  CHECK(taken[0].offsets == offsets{7, 3});
  CHECK(buffer.size() == 0);
  CHECK(buffer.put(of_offset(4))); // the owner may be gone to sleep
  CHECK(offsets_of(buffer.take()) == std::vector<offsets>{{4}});
  CHECK(buffer.take().empty());
}

TEST_CASE("acks that differ in more than their offset are kept apart") {
  auto takes_apart = [](const auto& other) {
    ack_buffer buffer;
    buffer.put(of_offset(1));
    buffer.put(other);
    return buffer.size() == 2
           && offsets_of(buffer.take()) == std::vector<offsets>{{1}, {2}};
  };
  CHECK_FALSE(takes_apart(ack{"t", 0, {1}, 2}));
  CHECK(takes_apart(ack{"u", 0, {1}, 2}));
  CHECK(takes_apart(ack{"t", 1, {1}, 2}));
  CHECK(takes_apart(ack{"t", 0, {2}, 2}));
  CHECK(takes_apart(just({2})));
}

TEST_CASE("acks of partitions in turn are gathered for each") {
  ack_buffer buffer;
  for (offset_t i = 0; i < 3; ++i)
    for (partition_t k = 0; k < 2; ++k)
      buffer.put(ack{"t", k, {1}, i});
  CHECK(offsets_of(buffer.take())
        == std::vector<offsets>{{0, 1, 2}, {0, 1, 2}});
}

TEST_CASE("an ack is not put before one of its partition of another kind") {
  ack_buffer buffer;
  buffer.put(of_offset(1));
  buffer.put(just({3}));
  buffer.put(of_offset(2));
  CHECK(offsets_of(buffer.take()) == std::vector<offsets>{{1}, {3}, {2}});
}

TEST_CASE("an individual ack of several records stays one, or of none") {
  ack_buffer buffer;
  auto of = GENERATE(offsets{}, offsets{2, 3});
  buffer.put(just({1}));
  buffer.put(just(of));
  buffer.put(just({4}));
  buffer.put(just({5}));
  CHECK(buffer.size() == 4);
  auto taken = buffer.take();
  REQUIRE(offsets_of(taken) == std::vector<offsets>{{1}, of, {4, 5}});
  CHECK(taken[1].acks == 1);
  CHECK(taken[2].acks == 2);
}

TEST_CASE("a closed buffer drops acks") {
  ack_buffer buffer;
  CHECK(buffer.put(of_offset(7)));
  buffer.close();
  CHECK_FALSE(buffer.put(of_offset(8)));
  CHECK(buffer.size() == 0);
  CHECK(buffer.take().empty());
}

TEST_CASE("acks that want no answer are taken from their messages") {
  ack_buffer buffer;
  CHECK(put_ack(*element_of(caf::make_message(of_offset(7))), buffer) == true);
  CHECK(put_ack(*element_of(caf::make_message(just({8, 9}))), buffer) == false);
  CHECK_FALSE(put_ack(*element_of(caf::make_message(get_status{})), buffer));
  auto request = caf::make_message_id(1);
  REQUIRE(request.is_request());
  CHECK_FALSE(
    put_ack(*element_of(caf::make_message(of_offset(7)), request), buffer));
  CHECK(offsets_of(buffer.take()) == std::vector<offsets>{{7}, {8, 9}});
}

TEST_CASE("what several receivers were sent is left to the others") {
  auto shared = caf::make_message(of_offset(7));
  for (auto i = 0; i < 2; ++i) {
    ack_buffer buffer;
    put_ack(*element_of(shared), buffer);
    auto taken = buffer.take();
    REQUIRE(taken.size() == 1);
    CHECK(taken[0].tp.topic == "t");
  }
}
