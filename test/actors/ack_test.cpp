// Explicit acks, their refusals, and the limit of separate ranges.

#include "support/scripted_group.hpp"

using namespace cafka;
using namespace cafka::test;

namespace {

/// Ten records from 0 on are with the handler; 0 to 2 are acked.
void hand_out(scripted_group& g) {
  g.handlers.answer = no_ack;
  g.append(0, 5);
  g.log(0).end = 7; // a hole
  g.append(0, 3);
  g.start_manager();
  g.assign({0});
  g.settle();
  g.ack(0, 2);
  g.settle();
}

} // namespace

TEST_CASE("a cumulative ack moves the watermark behind its offset") {
  scripted_group g;
  hand_out(g);
  CHECK(g.status(0).watermark == 3);
  CHECK(g.ask_ack(0, {3}).watermark == 4);
  CHECK(g.ask_ack(0, {9}).watermark == 10);
  CHECK(g.status(0).window_records == 0);
}

TEST_CASE("a cumulative ack within a hole counts for the records below it") {
  scripted_group g;
  hand_out(g);
  auto reply = g.ask_ack(0, {6});
  CHECK(reply.result == ack_result::accepted);
  CHECK(reply.watermark == 7);
}

TEST_CASE("individual acks move the watermark when everything below is acked") {
  scripted_group g;
  hand_out(g);
  CHECK(g.ask_ack(0, {7, 4}, false).watermark == 3);
  CHECK(g.ask_ack(0, {3}, false).watermark == 8);
  CHECK(g.ask_ack(0, {9, 8}, false).watermark == 10);
}

TEST_CASE("an individual ack may name what is acked already") {
  scripted_group g;
  hand_out(g);
  g.ask_ack(0, {4}, false);
  CHECK(g.ask_ack(0, {4}, false).result == ack_result::already_acked);
  CHECK(g.ask_ack(0, {4, 3}, false).result == ack_result::accepted);
  CHECK(g.status().acks_refused == 0);
}

TEST_CASE("every refused ack is answered by its name and changes nothing") {
  using x = ack_result;
  auto [result, offset, cumulative] = GENERATE(
    table<ack_result, offsets, bool>({{x::negative_offset, {-1}, true},
                                      {x::negative_offset, {-1}, false},
                                      {x::negative_offset, {}, true},
                                      {x::negative_offset, {}, false},
                                      {x::negative_offset, {3, 4}, true},
                                      {x::below_watermark, {2}, true},
                                      {x::below_watermark, {2}, false},
                                      {x::beyond_delivered, {10}, true},
                                      {x::beyond_delivered, {10}, false},
                                      {x::not_delivered, {5}, false},
                                      {x::not_delivered, {3, 5}, false}}));
  scripted_group g;
  hand_out(g);
  auto before = g.status(0);
  auto reply = g.ask_ack(0, offset, cumulative);
  CHECK(reply.result == result);
  CHECK(reply.watermark == 3);
  CHECK(g.status(0).watermark == before.watermark);
  CHECK(g.status(0).window_records == before.window_records);
  CHECK(g.status().acks_refused == 1);
  auto& told = g.last(event_kind::ack_refused);
  CHECK(told.text == to_string(result));
  CHECK(told.tp == tp(0));
  CHECK(told.generation == g.gen(0));
  CHECK(told.count == 1);
}

TEST_CASE("an ack for a partition that is not held is refused by that name") {
  scripted_group g;
  hand_out(g);
  auto reply = g.ask_ack(1, {3});
  CHECK(reply.result == ack_result::not_held);
  CHECK(reply.watermark == -1);
}

TEST_CASE("an ack of another generation is refused by that name") {
  auto by = GENERATE(-1, 1);
  scripted_group g;
  hand_out(g);
  auto other = g.gen(0);
  other.value = static_cast<std::uint64_t>(static_cast<int>(other.value) + by);
  g.ack(0, other, 4);
  g.settle();
  CHECK(g.last(event_kind::ack_refused).text == "stale_generation");
  CHECK(g.last(event_kind::ack_refused).generation == other);
  CHECK(g.status(0).watermark == 3);
}

TEST_CASE("acks may be sent as four plain values") {
  scripted_group g;
  hand_out(g);
  compat::post(g.front(), std::string{"t"}, partition_t{0}, g.gen(0),
               offset_t{3});
  compat::post(g.front(), std::string{"t"}, partition_t{0}, g.gen(0),
               offsets{7});
  g.settle();
  CHECK(g.status(0).watermark == 4);
  CHECK(g.status(0).window_records == 3);
}

TEST_CASE("of acks that come together, one that is refused leaves the others") {
  scripted_group g;
  hand_out(g);
  auto come = [&g](bool cumulative, const offsets& xs, generation of) {
    for (auto x : xs) { // all before the manager runs
      if (cumulative)
        g.ack(0, of, x);
      else
        compat::post(g.front(), ack_individual{"t", 0, of, {x}});
    }
    g.settle();
    return std::pair{g.status(0).watermark, g.status().acks_refused};
  };
  using result = std::pair<offset_t, std::uint64_t>;
  auto current = g.gen(0);
  CHECK(come(true, {3, 99}, current) == result{4, 1});
  CHECK(come(false, {9, 99, 8}, current) == result{4, 2});
  CHECK(g.status(0).window_records == 2); // 4 and 7
  CHECK(come(false, {4, 7}, current) == result{10, 2});
  g.append(0, 2);
  g.settle();
  CHECK(come(true, {10, 11}, {current.value + 1}) == result{10, 4});
}

TEST_CASE("an individual ack of several records is refused as one") {
  scripted_group g;
  hand_out(g);
  g.ack_individual(0, {3, 99});
  g.settle();
  CHECK(g.status(0).watermark == 3);
  CHECK(g.status().acks_refused == 1);
}

TEST_CASE("refusals of one kind are summed up") {
  scripted_group g;
  hand_out(g);
  for (int i = 0; i < 50; ++i)
    g.ack(0, 0);
  g.ack(0, 99);
  g.settle();
  CHECK(g.count(event_kind::ack_refused) == 2); // the first of each kind
  g.advance(1s);
  CHECK(g.count(event_kind::ack_refused) == 3);
  CHECK(g.last(event_kind::ack_refused).count == 49);
  CHECK(g.last(event_kind::ack_refused).text == "below_watermark");
  CHECK(g.status().acks_refused == 51);
  g.ack(0, 0);
  g.settle();
  CHECK(g.count(event_kind::ack_refused) == 4); // told at once again
  g.advance(5s);
  CHECK(g.count(event_kind::ack_refused) == 4);
}

TEST_CASE("refusals of very many partitions make a bounded number of events") {
  scripted_group g;
  hand_out(g);
  for (partition_t p = 1; p <= 150; ++p)
    g.ack(p, {1}, 0);
  g.settle();
  CHECK(g.count(event_kind::ack_refused) == 100);
  CHECK(g.status().acks_refused == 150);
}

// -- separate ranges ----------------------------------------------------------

namespace {

/// Every second record of `n` is acked on its own.
void ack_every_second(scripted_group& g, offset_t n) {
  for (offset_t x = 1; x < n; x += 2)
    g.ack_individual(0, {x});
  g.settle();
}

void start_with_ranges(scripted_group& g) {
  g.config.ack_ranges_max = 3;
  g.config.batch_size = 2;
  g.handlers.answer = no_ack;
  g.append(0, 6);
  g.start_manager();
  g.assign({0});
  g.settle();
  ack_every_second(g, 6);
}

} // namespace

TEST_CASE("delivery waits at ack-ranges-max and goes on below it") {
  scripted_group g;
  start_with_ranges(g);
  CHECK(g.count(event_kind::delivery_waits) == 1);
  CHECK(g.last(event_kind::delivery_waits).count == 3);
  g.append(0, 2);
  g.advance(10s);
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 3, 4, 5});
  g.ack_individual(0, {2}); // two ranges become one
  g.settle();
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 3, 4, 5, 6, 7});
  CHECK(g.count(event_kind::delivery_waits) == 1);
}

TEST_CASE("one range less than ack-ranges-max does not stop delivery") {
  scripted_group g;
  g.config.ack_ranges_max = 3;
  g.handlers.answer = no_ack;
  g.append(0, 6);
  g.start_manager();
  g.assign({0});
  g.settle();
  ack_every_second(g, 4);
  g.append(0, 1);
  g.settle();
  CHECK(g.handlers.calls.size() == 2);
  CHECK(g.count(event_kind::delivery_waits) == 0);
}

TEST_CASE("a successor waits at ack-ranges-max like the worker before it") {
  scripted_group g;
  start_with_ranges(g);
  g.append(0, 4);
  g.kill_worker(0);
  g.advance(1s);
  // What is retained comes again, nothing new does.
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 3, 4, 5, 0, 2, 4});
  g.ack(0, 4);
  g.settle();
  CHECK(g.handlers.offsets().back() == 9);
  CHECK(g.status(0).watermark == 6);
}

TEST_CASE("gaps that only a seek brings back are delivered at ack-ranges-max") {
  scripted_group g;
  g.config.ack_ranges_max = 3;
  g.config.batch_size = 1;
  g.handlers.answer = [](const message_batch&) {
    return handler_answer::continue_without_ack();
  };
  g.append(0, 6);
  g.start_manager();
  g.assign({0});
  g.settle();
  ack_every_second(g, 6);
  g.handlers.answer = nullptr;
  g.append(0, 1);
  g.settle();
  REQUIRE(g.handlers.offsets() == offsets{0, 1, 2, 3, 4, 5});
  g.kill_worker(0);
  g.advance(1s);
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 3, 4, 5, 0, 2, 4, 6});
  CHECK(g.status(0).watermark == 7);
}

TEST_CASE("a reset forgets that delivery waited") {
  scripted_group g;
  start_with_ranges(g);
  g.log(0).records = {{50, 1}};
  g.log(0).start = 50;
  g.log(0).end = 51;
  g.report(actors::source_drained{{tp(0), g.gen(0), 1}, {}, true});
  g.settle();
  g.log(0).records.push_back({51, 1});
  g.log(0).end = 52;
  g.wake(0);
  g.settle();
  CHECK(g.handlers.offsets().back() == 51);
}
