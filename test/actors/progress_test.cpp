// Partitions that fall silent, and the ends of those that are stopped.

#include "support/scripted_group.hpp"

using namespace cafka;
using namespace cafka::test;
using std::chrono_literals::operator""h;

namespace {

/// Two partitions that are read to their ends, at offset 2 and 0.
void start_quiet(scripted_group& g) {
  g.append(0, 2);
  g.start_manager();
  g.assign({0, 1});
  g.settle();
}

std::size_t stalls(const scripted_group& g) {
  return g.count(event_kind::partition_stalled);
}

} // namespace

TEST_CASE("a partition that went silent is sought and goes on") {
  scripted_group g;
  start_quiet(g);
  g.append_unheard(0, 3);
  g.advance(59s);
  CHECK(stalls(g) == 0);
  CHECK(g.status(0).lag == 3); // known since the broker was asked
  CHECK(g.status(0).healthy);
  g.jobs_wait = true;
  g.advance(3s);
  REQUIRE(stalls(g) == 1);
  auto& x = g.last(event_kind::partition_stalled);
  CHECK(x.tp == tp(0));
  CHECK(x.generation == g.gen(0));
  CHECK(x.offset == 2);
  CHECK(x.count == 3);
  CHECK(x.text == "sought");
  REQUIRE(g.coordinator.wakes.size() == 1);
  CHECK(g.coordinator.wakes[0].offset == 2);
  CHECK_FALSE(g.coordinator.wakes[0].reassign);
  g.jobs_wait = false;
  g.settle();
  g.advance(1s);
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 3, 4});
  CHECK(g.last(event_kind::partition_resumed).offset == 5);
  CHECK(g.status(0).healthy);
  CHECK(g.status(0).lag == 0);
  CHECK(g.worker_count() == 2); // no worker noticed
  CHECK(g.status().stale_dropped == 0);
  g.advance(1h);
  CHECK(stalls(g) == 1);
}

TEST_CASE("a partition that stays silent is assigned anew at growing "
          "intervals") {
  scripted_group g;
  g.coordinator.on_wake = nullptr;
  g.append(0, 2);
  g.start_manager();
  g.registry->note_replaced(tp(0), 2); // that is behind it
  g.assign({0, 1});
  g.settle();
  g.append_unheard(0, 3);
  g.advance(62s);
  CHECK(stalls(g) == 1);
  CHECK_FALSE(g.status(0).healthy);
  CHECK(g.status(1).healthy);
  g.advance(60s);
  REQUIRE(stalls(g) == 2);
  CHECK(g.last(event_kind::partition_stalled).text == "assigned anew");
  CHECK(g.coordinator.wakes.back().reassign);
  CHECK(g.coordinator.wakes.back().offset == 2);
  g.advance(118s);
  CHECK(stalls(g) == 2);
  g.advance(2s);
  CHECK(stalls(g) == 3);
  g.advance(24h);
  CHECK(stalls(g) > 60);
  CHECK(stalls(g) < 24 * 60 / 16 + 10); // about every 16 minutes
  CHECK(g.count(event_kind::partition_resumed) == 0);
  g.wake(0);
  g.advance(1s);
  CHECK(g.count(event_kind::partition_resumed) == 1);
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 3, 4});
}

TEST_CASE("a client that leaves a partition silent is replaced in order, once "
          "for where it stands") {
  scripted_group g;
  g.coordinator.on_wake = nullptr;
  g.config.commit_interval = 1h;
  g.append(0, 2);
  g.start_supervisor();
  g.assign({0, 1, 2});
  g.settle();
  g.append_unheard(0, 3);
  g.advance(100s);
  g.append_unheard(2); // stalls soon, too, and is helped or not by the same
  g.advance(138s);
  CHECK(stalls(g) == 4);
  CHECK(g.incarnations == 1);
  g.append(1, 1);
  g.advance(4s);
  CHECK(g.last(event_kind::partition_stalled).text == "the client is replaced");
  CHECK(g.last_commit() == std::map<partition_t, offset_t>{{0, 2}, {1, 1}});
  CHECK(g.count(event_kind::revoked) == 3);
  CHECK(g.coordinator.closes == 1);
  auto& restart = g.last(event_kind::group_restarted);
  CHECK(restart.code == errc::partition_stalled);
  CHECK(restart.text == "t/0: a new assignment brought nothing");
  g.advance(1min);
  REQUIRE(g.incarnations == 2);
  g.log(0).mute = g.log(2).mute = true;
  g.assign({0, 1}, 2);
  g.assign({2});
  g.advance(24h);
  CHECK(stalls(g) > 120);
  CHECK(g.incarnations == 2);
  CHECK_FALSE(g.ended());
}

TEST_CASE("nothing is sought where progress-timeout is off") {
  scripted_group g;
  g.config.progress_timeout = 0ms;
  start_quiet(g);
  g.append_unheard(0, 3);
  g.advance(24h);
  CHECK(stalls(g) == 0);
  CHECK(g.coordinator.ends_asked.empty());
}

TEST_CASE("progress-timeout is how long a partition may be silent") {
  scripted_group g;
  g.config.progress_timeout = 10min;
  start_quiet(g);
  g.append_unheard(0, 3);
  g.advance(10min - 1s);
  CHECK(stalls(g) == 0);
  g.advance(3s);
  CHECK(stalls(g) == 1);
}

TEST_CASE("the ends of all silent partitions are asked for in one request, one "
          "at a time") {
  scripted_group g;
  g.coordinator.answers_ends = false;
  start_quiet(g);
  g.advance(32s);
  REQUIRE(g.coordinator.ends_asked.size() == 1);
  CHECK(g.coordinator.ends_asked[0].partitions == std::vector{tp(0), tp(1)});
  g.advance(1h);
  CHECK(g.coordinator.ends_asked.size() == 1);
  SECTION("an answer to no request changes nothing, and is counted") {
    g.send_to_manager(actors::ends_result{{}, false, 7});
    g.advance(31s);
    CHECK(g.coordinator.ends_asked.size() == 1);
    CHECK(g.status().stale_dropped == 1);
    return;
  }
  g.send_to_manager(actors::ends_result{{}, false, 1});
  g.advance(31s);
  CHECK(g.coordinator.ends_asked.size() == 2);
}

TEST_CASE("a partition that is read is not asked for") {
  scripted_group g;
  start_quiet(g);
  for (int i = 0; i < 10; ++i) {
    g.append(0);
    g.append(1);
    g.advance(29s);
  }
  CHECK(g.coordinator.ends_asked.empty());
}

TEST_CASE("while the broker does not tell the end no partition stalls") {
  scripted_group g;
  g.coordinator.find_ends = [](const auto&) { return actors::ends_result{}; };
  start_quiet(g);
  g.append_unheard(0, 3);
  g.advance(1h);
  CHECK(stalls(g) == 0);
  CHECK(g.coordinator.ends_asked.size() > 100);
}

// -- reasons to wait ----------------------------------------------------------

TEST_CASE("a call that runs is a reason to deliver nothing") {
  scripted_group g;
  g.config.handler_timeout = 0ms;
  g.append(0, 1);
  g.start_manager();
  g.handlers.during_call = [&] {
    g.append(0, 5);
    g.advance(1h);
  };
  g.assign({0});
  g.settle();
  CHECK(stalls(g) == 0);
}

TEST_CASE("a full window is a reason to deliver nothing") {
  scripted_group g;
  g.config.prefetch_count = 1;
  g.config.prefetch_bytes = 1;
  g.handlers.answer = no_ack;
  g.append(0, 5);
  g.start_manager();
  g.assign({0});
  g.advance(1h);
  CHECK(g.status(0).position == 2);
  CHECK(stalls(g) == 0);
}

TEST_CASE("too many ranges of acks are a reason to deliver nothing") {
  scripted_group g;
  g.config.ack_ranges_max = 1;
  g.config.batch_size = 4;
  g.handlers.answer = no_ack;
  g.append(0, 4);
  g.start_manager();
  g.assign({0});
  g.settle();
  g.ack_individual(0, {1});
  g.settle();
  REQUIRE(g.count(event_kind::delivery_waits) == 1);
  g.append(0, 4);
  g.advance(1h);
  CHECK(stalls(g) == 0);
}

TEST_CASE("a worker in backoff is a reason to deliver nothing") {
  scripted_group g;
  g.config.restart_backoff_min = 1h;
  g.config.restart_backoff_max = 1h;
  start_quiet(g);
  g.kill_worker(0);
  g.append_unheard(0, 3);
  g.advance(59min);
  CHECK(g.status(0).state == partition_state::backoff);
  CHECK(stalls(g) == 0);
}

TEST_CASE("a constructor that blocks is a reason to deliver nothing") {
  scripted_group g;
  g.append(0, 1);
  g.jobs_wait = true;
  g.start_manager();
  g.assign({0});
  g.advance(1h);
  CHECK(g.status(0).state == partition_state::starting);
  CHECK(stalls(g) == 0);
}

TEST_CASE("a position that the client moves is a reason to deliver nothing") {
  scripted_group g;
  g.coordinator.answers_seeks = false;
  start_quiet(g);
  g.log(0).out_of_range = true;
  g.append(0, 1);
  g.advance(1h);
  CHECK(g.coordinator.seeks.size() == 1);
  CHECK(stalls(g) == 0);
}

TEST_CASE("a drain is a reason to deliver nothing") {
  scripted_group g;
  g.config.drain_timeout = 2h;
  g.config.kafka["max.poll.interval.ms"] = "86400000";
  g.append(0, 1);
  g.handlers.answer = no_ack;
  g.start_manager();
  g.assign({0});
  g.settle();
  g.append_unheard(0, 3);
  g.revoke({0});
  g.advance(1h);
  CHECK(g.status(0).state == partition_state::draining);
  CHECK(stalls(g) == 0);
}

// -- what comes in between ----------------------------------------------------

TEST_CASE("an end of a partition that was given back meanwhile is void") {
  scripted_group g;
  g.coordinator.answers_ends = false;
  start_quiet(g);
  g.append_unheard(0, 3);
  g.advance(32s);
  g.revoke({0});
  g.settle();
  g.send_to_manager(actors::ends_result{{{tp(0), 5}, {tp(1), 0}}, false, 1});
  g.settle();
  CHECK(g.status().partitions.size() == 1);
  CHECK(g.coordinator.wakes.empty());
}

TEST_CASE("records that come again after a wake-up are given out once") {
  scripted_group g;
  g.handlers.answer = no_ack;
  g.append(0, 5);
  g.start_manager();
  g.assign({0});
  g.settle();
  // The client fetches again from the begin, and first just a part.
  auto& log = g.log(0);
  auto records = std::exchange(log.records, {});
  log.records.assign(records.begin(), records.begin() + 3);
  log.end = 3;
  g.source(0).move_to(0);
  g.wake(0);
  g.settle();
  log.records = records;
  log.end = 5;
  g.append(0, 3);
  g.settle();
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 3, 4, 5, 6, 7});
}

TEST_CASE("a partition that found no begin is woken at its begin") {
  auto begin = GENERATE(kafka::offset_earliest, kafka::offset_latest);
  scripted_group g;
  g.log(0).end = 7;
  g.start_manager();
  g.assign_new({0}, begin);
  g.log(0).mute = true;
  g.advance(35s);
  g.append_unheard(0, 2); // after the end was asked for
  g.log(0).mute = false;
  g.advance(35s);
  REQUIRE(g.coordinator.wakes.size() == 1);
  // Where it was to begin at the end, nothing is skipped that came since.
  CHECK(g.coordinator.wakes[0].offset
        == (begin == kafka::offset_earliest ? begin : 7));
  g.settle();
  CHECK(g.handlers.offsets() == offsets{7, 8});
}

// -- stopped partitions -------------------------------------------------------

TEST_CASE("the lag of a stopped partition grows with the end at the broker") {
  scripted_group g;
  g.config.restart_max = 0;
  g.config.progress_timeout = GENERATE(0ms, 60'000ms);
  start_quiet(g);
  g.kill_worker(0);
  g.settle();
  REQUIRE(g.status(0).state == partition_state::exhausted);
  g.log(0).fetched_end = 2; // nobody fetches any more
  g.append_unheard(0, 3);
  g.advance(31s);
  CHECK(g.status(0).lag == 3);
  g.append_unheard(0, 3);
  g.advance(31s);
  CHECK(g.status(0).lag == 6);
  g.advance(1h);
  CHECK(stalls(g) == 0);
  CHECK(g.status(0).health == partition_health::exhausted);
}

TEST_CASE("a leader that says nothing is told once a minute") {
  scripted_group g;
  g.config.progress_timeout = 10min;
  g.append(0, 1);
  g.start_manager();
  g.assign({0});
  g.settle();
  g.coordinator.find_ends = [](const actors::ends_request&) {
    return actors::ends_result{{}, true};
  };
  g.advance(6min);
  REQUIRE(g.count(event_kind::partition_waits) == 1);
  CHECK(g.last(event_kind::partition_waits).offset == 1);
  CHECK(g.last(event_kind::partition_waits).text
        == "its leader does not say where its end is");
}

TEST_CASE("a wait for no broker at all is told as that alone") {
  scripted_group g;
  g.append(0, 1);
  g.start_manager();
  g.assign({0});
  g.settle();
  g.coordinator.find_ends = [](const actors::ends_request&) {
    return actors::ends_result{{}, false};
  };
  g.advance(10min);
  CHECK(g.count(event_kind::partition_waits) == 0);
}
