#include "actors/partition_registry/buffered_actor.hpp"
#include "actors/partition_registry/manager_buffer.hpp"
#include "support/catch.hpp"

using namespace cafka;
using namespace cafka::actors;
using namespace std::chrono_literals;

namespace {

using offsets = std::vector<offset_t>;
using items = std::vector<manager_buffer::item>;

ack of_offset(offset_t x) {
  return {"t", 0, {1}, x};
}

ack_individual just(offsets x) {
  return {"t", 0, {1}, std::move(x)};
}

call_begun report_of(partition_t p) {
  return {{{"t", p}, {1}, 1}};
}

items take(manager_buffer& x) {
  items result;
  x.take(result);
  return result;
}

/// Of a report: none.
std::vector<offsets> offsets_of(const items& all) {
  std::vector<offsets> result;
  for (auto& x : all) {
    auto* acks = std::get_if<ack_series>(&x);
    result.push_back(acks ? acks->offsets : offsets{});
  }
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
  manager_buffer buffer;
  auto calls = 0;
  buffer.read_by([&] { ++calls; });
  buffer.put(of_offset(7));
  CHECK(calls == 1);
  buffer.put(of_offset(3));
  CHECK(calls == 1);
  CHECK(buffer.look().acks == 2);
  items taken;
  buffer.take_and_sleep(taken);
  REQUIRE(taken.size() == 1);
  auto& series = std::get<ack_series>(taken[0]);
  CHECK(series.tp == topic_partition{"t", 0});
  CHECK(series.generation == generation{1});
  CHECK(series.cumulative);
  CHECK(series.acks == 2);
  CHECK(series.offsets == offsets{7, 3});
  CHECK(buffer.look().acks == 0);
  buffer.put(of_offset(4));
  CHECK(calls == 2);
  CHECK(offsets_of(take(buffer)) == std::vector<offsets>{{4}});
  CHECK(take(buffer).empty());
}

TEST_CASE("an owner that is awake is not called again") {
  manager_buffer buffer;
  auto calls = 0;
  buffer.read_by([&] { ++calls; });
  buffer.put(of_offset(7));
  take(buffer); // before the call has reached it
  buffer.put(of_offset(8));
  CHECK(calls == 1);
}

TEST_CASE("a new owner is called for what waits, and the former one no more") {
  manager_buffer buffer;
  auto former = 0;
  auto now = 0;
  buffer.put(of_offset(7));
  buffer.read_by([&] { ++former; });
  CHECK(former == 1);
  buffer.read_by([&] { ++now; });
  CHECK(now == 1);
  buffer.put(of_offset(8));
  items taken;
  buffer.take_and_sleep(taken);
  buffer.put(of_offset(9));
  CHECK(former == 1);
  CHECK(now == 2);
  CHECK(offsets_of(taken) == std::vector<offsets>{{7, 8}});
}

TEST_CASE("acks that differ in more than their offset are kept apart") {
  auto takes_apart = [](const auto& other) {
    manager_buffer buffer;
    buffer.put(of_offset(1));
    buffer.put(other);
    return buffer.look().acks == 2
           && offsets_of(take(buffer)) == std::vector<offsets>{{1}, {2}};
  };
  CHECK_FALSE(takes_apart(ack{"t", 0, {1}, 2}));
  CHECK(takes_apart(ack{"u", 0, {1}, 2}));
  CHECK(takes_apart(ack{"t", 1, {1}, 2}));
  CHECK(takes_apart(ack{"t", 0, {2}, 2}));
  CHECK(takes_apart(just({2})));
}

TEST_CASE("acks of partitions in turn are gathered for each") {
  manager_buffer buffer;
  for (offset_t i = 0; i < 3; ++i)
    for (partition_t k = 0; k < 2; ++k)
      buffer.put(ack{"t", k, {1}, i});
  CHECK(offsets_of(take(buffer)) == std::vector<offsets>{{0, 1, 2}, {0, 1, 2}});
}

TEST_CASE("an ack is not put before one of its partition of another kind") {
  manager_buffer buffer;
  buffer.put(of_offset(1));
  buffer.put(just({3}));
  buffer.put(of_offset(2));
  CHECK(offsets_of(take(buffer)) == std::vector<offsets>{{1}, {3}, {2}});
}

TEST_CASE("an ack is not put before a report of its partition") {
  manager_buffer buffer;
  buffer.put(of_offset(1));
  buffer.put(report_of(1));
  buffer.put(of_offset(2)); // the report is of another one
  buffer.put(report_of(0));
  buffer.put(of_offset(3));
  CHECK(offsets_of(take(buffer)) == std::vector<offsets>{{1, 2}, {}, {}, {3}});
}

TEST_CASE("reports for which a strand waits are urgent") {
  auto is_urgent = [](delivery_report x) {
    manager_buffer buffer;
    buffer.put(std::move(x));
    auto result = buffer.look().is_urgent;
    take(buffer);
    CHECK_FALSE(buffer.look().is_urgent);
    return result;
  };
  auto from = report_of(0).from;
  CHECK_FALSE(is_urgent(report_of(0)));
  CHECK_FALSE(is_urgent(source_drained{from, {}, false, {}}));
  CHECK(is_urgent(source_drained{from, {}, true, {}}));
  CHECK(is_urgent(worker_ready{from}));
  CHECK(is_urgent(incarnation_failed{from, errc::handler_failed, ""}));
}

TEST_CASE(
  "a reader that reports keep waking dozes, and is woken for what cannot "
  "wait alone") {
  manager_buffer buffer{5ms};
  auto calls = 0;
  buffer.read_by([&] { ++calls; });
  time_point now{1h};
  items taken;
  auto doze = [&] {
    taken.clear();
    return buffer.take_and_doze(taken, now);
  };
  buffer.put(report_of(0));
  CHECK(calls == 1);
  CHECK_FALSE(doze()); // the first after a while
  buffer.put(report_of(0));
  CHECK(calls == 2);
  now += 9ms;
  CHECK(doze() == 5ms);
  buffer.put(report_of(0));
  buffer.put(report_of(1));
  CHECK(calls == 2);
  buffer.put(of_offset(7)); // acks are not kept waiting
  CHECK(calls == 3);
  buffer.put(worker_ready{report_of(0).from, 3});
  CHECK(calls == 3); // it is awake
  CHECK(doze() == 5ms);
  CHECK(taken.size() == 4);
  buffer.put(worker_ready{report_of(0).from, 3});
  CHECK(calls == 4);
  CHECK(doze() == 5ms);
  now += 5ms;
  CHECK_FALSE(doze()); // by itself, and nothing came
  CHECK(taken.empty());
  buffer.put(report_of(0));
  CHECK(calls == 5);
  now += 10ms;
  CHECK_FALSE(doze()); // they come now and then
}

TEST_CASE("a reader that may not doze is woken each time") {
  manager_buffer buffer;
  auto calls = 0;
  buffer.read_by([&] { ++calls; });
  items taken;
  for (auto i = 1; i <= 3; ++i) {
    buffer.put(report_of(0));
    CHECK(calls == i);
    CHECK_FALSE(buffer.take_and_doze(taken, time_point{1h}));
    taken.clear();
  }
}

TEST_CASE("an individual ack of several records stays one, or of none") {
  manager_buffer buffer;
  auto of = GENERATE(offsets{}, offsets{2, 3});
  buffer.put(just({1}));
  buffer.put(just(of));
  buffer.put(just({4}));
  buffer.put(just({5}));
  CHECK(buffer.look().acks == 4);
  auto taken = take(buffer);
  REQUIRE(offsets_of(taken) == std::vector<offsets>{{1}, of, {4, 5}});
  CHECK(std::get<ack_series>(taken[1]).acks == 1);
  CHECK(std::get<ack_series>(taken[2]).acks == 2);
}

TEST_CASE("acks that want no answer are taken from their messages") {
  manager_buffer buffer;
  CHECK(put_ack(*element_of(caf::make_message(of_offset(7))), buffer));
  CHECK(put_ack(*element_of(caf::make_message(just({8, 9}))), buffer));
  CHECK(put_ack(*element_of(caf::make_message(std::string{"t"}, partition_t{0},
                                              generation{1}, offset_t{10})),
                buffer));
  CHECK(put_ack(*element_of(caf::make_message(std::string{"t"}, partition_t{0},
                                              generation{1}, offsets{11, 12})),
                buffer));
  CHECK_FALSE(put_ack(*element_of(caf::make_message(get_status{})), buffer));
  auto request = caf::make_message_id(1);
  REQUIRE(request.is_request());
  CHECK_FALSE(
    put_ack(*element_of(caf::make_message(of_offset(7)), request), buffer));
  CHECK(offsets_of(take(buffer))
        == std::vector<offsets>{{7}, {8, 9}, {10}, {11, 12}});
}

TEST_CASE("what several receivers were sent is left to the others") {
  auto shared = caf::make_message(of_offset(7));
  for (auto i = 0; i < 2; ++i) {
    manager_buffer buffer;
    put_ack(*element_of(shared), buffer);
    auto taken = take(buffer);
    REQUIRE(taken.size() == 1);
    CHECK(std::get<ack_series>(taken[0]).tp.topic == "t");
  }
}
