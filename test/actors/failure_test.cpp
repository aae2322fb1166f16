// A handler fails: who is to blame, one by one, and the ways past a record.

#include "support/scripted_group.hpp"

using namespace cafka;
using namespace cafka::test;

namespace {

using step = failure_step;

bool holds(const message_batch& x, offset_t offset) {
  for (auto y : x)
    if (y.offset() == offset)
      return true;
  return false;
}

/// Fails with whatever holds the record, and blames nobody.
auto fails_with(offset_t offset) {
  return [=](const message_batch& x) {
    return holds(x, offset) ? handler_answer::failed("poison")
                            : handler_answer::ack();
  };
}

auto rejects(offset_t offset) {
  return [=](const message_batch& x) {
    return holds(x, offset) ? handler_answer::reject(offset, "no customer")
                            : handler_answer::ack();
  };
}

/// The offsets of each call, from the `first`th on.
std::vector<offsets> calls(const scripted_group& g, std::size_t first = 0) {
  std::vector<offsets> result;
  for (auto i = first; i < g.handlers.calls.size(); ++i)
    result.push_back(g.handlers.calls[i].offsets);
  return result;
}

using batches = std::vector<offsets>;

} // namespace

// -- blame --------------------------------------------------------------------

TEST_CASE("after a batch that failed its records come one by one, and only the "
          "culprit fails") {
  scripted_group g;
  g.config.restart_backoff_max = 100ms;
  g.config.batch_size = 4;
  g.handlers.answer = fails_with(2);
  start_with(g, 4);
  CHECK(calls(g) == batches{{0, 1, 2, 3}});
  CHECK(g.last(event_kind::isolating).offset == 0);
  CHECK(g.last(event_kind::isolating).count == 4);
  CHECK(g.count(event_kind::record_failed) == 0);
  g.advance(100ms);
  CHECK(calls(g, 1) == batches{{0}, {1}, {2}});
  CHECK(g.status(0).watermark == 2);
  CHECK(g.status(0).failing_offset == 2);
  CHECK(g.status(0).failures == 1);
  g.advance(100ms);
  CHECK(g.handlers.calls.back().failure_count == 1);
  auto& failed = g.last(event_kind::record_failed);
  CHECK(failed.offset == 2);
  CHECK(failed.count == 2);
  CHECK(failed.code == errc::handler_failed);
  CHECK(failed.text == "poison");
  auto status = g.status(0);
  CHECK(status.health == partition_health::failing);
  CHECK(status.health_text
        == "offset 2 failed 2 times; handler_failed: poison");
  g.handlers.answer = nullptr;
  g.append(0, 2);
  g.handlers.calls.clear();
  g.advance(100ms);
  CHECK(calls(g) == batches{{2}, {3}, {4, 5}});
  CHECK(g.handlers.calls[0].failure_count == 2);
  CHECK(g.status(0).watermark == 6);
  CHECK(g.status(0).failing_offset == -1);
  CHECK(g.status(0).healthy);
  CHECK(g.coordinator.seeks.empty());
}

TEST_CASE("a batch whose records succeed alone was at fault itself, and an "
          "event says so") {
  scripted_group g;
  g.handlers.answer = [](const message_batch& x) {
    return x.size() > 2 ? handler_answer::failed("too many")
                        : handler_answer::ack();
  };
  start_with(g, 3);
  g.advance(100ms);
  g.append(0, 2);
  g.settle();
  CHECK(calls(g) == batches{{0, 1, 2}, {0}, {1}, {2}, {3, 4}});
  REQUIRE(g.count(event_kind::isolation_through) == 1);
  CHECK(g.last(event_kind::isolation_through).offset == 3);
  CHECK(g.count(event_kind::record_failed) == 0);
  CHECK(g.status(0).state == partition_state::running);
}

TEST_CASE("the records of other calls that are out are isolated, too") {
  scripted_group g;
  g.config.batch_size = 1;
  g.handlers.answer = [](const message_batch& x) {
    return x.first_offset() < 2 ? handler_answer::no_ack()
                                : handler_answer::failed("who?");
  };
  start_with(g, 3);
  g.handlers.answer = nullptr;
  g.advance(100ms);
  CHECK(calls(g, 3) == batches{{0}, {1}, {2}});
  CHECK(g.last(event_kind::isolating).count == 3);
}

TEST_CASE("an isolated record that is kept must be acked before the next one "
          "comes") {
  scripted_group g;
  g.handlers.answer = fails_with(1);
  start_with(g, 3);
  g.handlers.answer = no_ack;
  g.advance(10s);
  CHECK(calls(g, 1) == batches{{0}});
  CHECK(g.status(0).state == partition_state::isolating);
  g.ack(0, 0);
  g.settle();
  CHECK(calls(g, 1) == batches{{0}, {1}});
  g.ack_individual(0, {1});
  g.settle();
  g.ack(0, 2);
  g.append(0, 2);
  g.settle();
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 0, 1, 2, 3, 4});
  CHECK(g.status(0).state == partition_state::running);
}

TEST_CASE("isolation ends where the ack of a kept record does not come, and "
          "nothing is disposed of") {
  scripted_group g;
  g.config.ack_timeout = 10s;
  g.config.on_failure = {.retries = 0, .then = {step::skip}};
  g.handlers.answer = fails_with(1);
  start_with(g, 3);
  g.handlers.answer = no_ack;
  g.advance(9s);
  CHECK(g.count(event_kind::blame_unknown) == 0);
  g.advance(3s);
  REQUIRE(g.count(event_kind::blame_unknown) == 1);
  CHECK(g.last(event_kind::blame_unknown).offset == 0);
  CHECK(g.count(event_kind::record_skipped) == 0);
  CHECK(g.status(0).skipped == 0);
  g.advance(1s);
  CHECK(g.handlers.calls.back().offsets == offsets{0, 1, 2});
}

TEST_CASE("failed calls never use up the restarts") {
  scripted_group g;
  g.config.restart_max = 0;
  g.handlers.answer = fails_with(0);
  start_with(g, 2);
  g.advance(10min);
  CHECK(g.count(event_kind::worker_exhausted) == 0);
  g.handlers.answer = nullptr;
  g.advance(g.config.restart_backoff_max);
  CHECK(g.status(0).watermark == 2);
}

TEST_CASE("records that were let go of come one by one from the source when "
          "their batch's successor failed") {
  scripted_group g;
  g.config.batch_size = 3;
  g.handlers.answer = [](const message_batch& x) {
    return x.first_offset() == 0 ? handler_answer::continue_without_ack()
                                 : handler_answer::failed("no");
  };
  start_with(g, 6);
  g.handlers.answer = nullptr;
  g.advance(100ms);
  CHECK(calls(g, 2) == batches{{0}, {1}, {2}, {3}, {4}, {5}});
  g.append(0, 2);
  g.settle();
  CHECK(g.handlers.calls.back().offsets == offsets{6, 7});
  CHECK(g.status(0).watermark == 8);
}

// -- the ways past a record ---------------------------------------------------

TEST_CASE("a record that used up its retries is skipped, and its successor "
          "comes without a backoff") {
  scripted_group g;
  g.config.on_failure = {.retries = 1, .then = {step::skip}};
  g.config.restart_backoff_min = g.config.restart_backoff_max = 1s;
  g.config.batch_size = 1;
  g.handlers.answer = fails_with(0);
  start_with(g, 3);
  CHECK(g.count(event_kind::record_skipped) == 0);
  g.advance(1s);
  CHECK(calls(g) == batches{{0}, {0}, {1}, {2}});
  REQUIRE(g.count(event_kind::record_skipped) == 1);
  CHECK(g.last(event_kind::record_skipped).offset == 0);
  CHECK(g.last(event_kind::record_skipped).text == "poison");
  CHECK(g.status(0).skipped == 1);
  CHECK(g.status(0).dead_lettered == 0);
  CHECK(g.status(0).watermark == 3);
  CHECK(g.producers == 0);
}

TEST_CASE("the failed call of a batch counts for no record") {
  scripted_group g;
  g.config.on_failure = {.retries = 0, .then = {step::skip}};
  g.handlers.answer = fails_with(1);
  start_with(g, 3);
  CHECK(g.count(event_kind::record_skipped) == 0);
  g.advance(100ms);
  CHECK(calls(g, 1) == batches{{0}, {1}, {2}});
  CHECK(g.count(event_kind::record_skipped) == 1);
  CHECK(g.status(0).watermark == 3);
}

TEST_CASE("a step may stop the partition at its record, or the group") {
  auto stops_group = GENERATE(false, true);
  scripted_group g;
  g.config.on_failure
    = {.retries = 0,
       .then = {stops_group ? step::stop_group : step::stop_partition}};
  g.handlers.answer = fails_with(0);
  g.append(0, 1);
  g.start_manager();
  g.assign({0, 1});
  g.settle();
  CHECK(g.count(event_kind::worker_exhausted) == 1);
  if (stops_group) {
    REQUIRE(g.ended());
    CHECK(code_of(*g.ended()) == errc::partition_exhausted);
    return;
  }
  g.advance(10min);
  auto status = g.status(0);
  CHECK(status.state == partition_state::exhausted);
  CHECK(status.health == partition_health::exhausted);
  CHECK(status.health_text
        == "it stands still at offset 0; handler_failed: poison");
  CHECK(status.watermark == 0);
  CHECK(g.handlers.offsets(0) == offsets{0});
}

TEST_CASE("a rejected record is got past beside its worker, and the rest of "
          "its batch comes first") {
  scripted_group g;
  g.config.on_failure.then = {step::skip};
  g.config.batch_size = 4;
  g.handlers.answer = rejects(1);
  start_with(g, 6);
  CHECK(calls(g) == batches{{0, 1, 2, 3}, {2, 3}, {4, 5}});
  CHECK(g.count(event_kind::worker_failed) == 0);
  CHECK(g.worker_count() == 1);
  CHECK(g.last(event_kind::record_failed).code == errc::record_rejected);
  CHECK(g.last(event_kind::record_skipped).offset == 1);
  CHECK(g.status(0).watermark == 6);
  CHECK(g.status(0).window_records == 0);
}

TEST_CASE("without a way past it a rejected record fails its worker") {
  scripted_group g;
  g.handlers.answer = rejects(1);
  start_with(g, 3);
  CHECK(g.last(event_kind::worker_failed).text == "no customer");
  CHECK(g.status(0).watermark == 1);
  g.handlers.answer = nullptr;
  g.advance(100ms);
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 1, 2});
}

TEST_CASE("the window counts exactly what a rejected record leaves in it") {
  scripted_group g;
  g.config.on_failure.then = {step::skip};
  g.config.prefetch_count = 2;
  g.config.prefetch_bytes = 1;
  g.config.batch_size = 1;
  g.handlers.answer = [](const message_batch& x) {
    return x.first_offset() % 2 == 0
             ? handler_answer::reject(x.first_offset(), "even")
             : handler_answer::ack();
  };
  start_with(g, 100);
  CHECK(g.handlers.offsets().size() == 100);
  CHECK(g.status(0).watermark == 100);
}

TEST_CASE("a handler that always fails gets past few records in a flood") {
  scripted_group g;
  g.config.on_failure = {.retries = 0,
                         .then = {step::skip},
                         .flood_after = 3,
                         .flood_interval = 60'000ms};
  g.config.batch_size = 1;
  g.config.restart_backoff_min = g.config.restart_backoff_max = 1s;
  g.handlers.answer = [](const message_batch&) {
    return handler_answer::failed("no database");
  };
  start_with(g, 100);
  CHECK(g.count(event_kind::record_skipped) == 3);
  CHECK(g.count(event_kind::failure_flood) == 1);
  g.advance(59s);
  CHECK(g.count(event_kind::record_skipped) == 3);
  g.advance(61s);
  CHECK(g.count(event_kind::record_skipped) <= 5);
  CHECK(g.count(event_kind::record_skipped) >= 4);
  CHECK(g.count(event_kind::failure_flood) == 1);
  g.handlers.answer = nullptr;
  g.advance(1s);
  CHECK(g.status(0).watermark == 100);
}

TEST_CASE("a flood goes on in the next incarnation of the group, and ends "
          "where the partition leaves") {
  auto how = GENERATE("dies", "stalls", "revoked", "elsewhere meanwhile");
  auto is = [&](const char* text) { return how == std::string{text}; };
  auto leaves = is("revoked") || is("elsewhere meanwhile");
  scripted_group g;
  g.coordinator.on_wake = nullptr;
  g.config.on_failure = {.retries = 0,
                         .then = {step::skip},
                         .flood_after = 2,
                         .flood_interval = 60'000ms};
  g.config.batch_size = 1;
  g.handlers.answer = [](const message_batch&) {
    return handler_answer::failed("no database");
  };
  g.append(0, 2);
  g.start_supervisor();
  g.assign({0});
  g.settle();
  REQUIRE(g.count(event_kind::record_skipped) == 2);
  g.append_unheard(0, 8);
  if (is("revoked")) {
    g.revoke({0});
    g.settle();
  } else if (is("stalls")) {
    g.advance(5min);
  } else {
    g.kill_manager();
    g.advance(2s);
  }
  REQUIRE(g.incarnations == (is("revoked") ? 1 : 2));
  if (is("elsewhere meanwhile"))
    g.assign({1});
  g.assign({0}, 2);
  g.advance(10s);
  // A stall takes longer than flood-interval, so that one more may go.
  auto expected = leaves ? 4u : is("stalls") ? 3u : 2u;
  CHECK(g.count(event_kind::record_skipped) == expected);
}

// -- records that fail outside of the calls -----------------------------------

TEST_CASE("a record that was kept and failed comes again, with what is not "
          "acked") {
  scripted_group g;
  g.handlers.answer = no_ack;
  start_with(g, 4);
  g.ack(0, 0);
  g.settle();
  g.nack(0, 2, true);
  g.settle();
  CHECK(g.last(event_kind::record_failed).offset == 2);
  CHECK(g.last(event_kind::worker_failed).text == "bad");
  CHECK(g.status(0).failing_offset == 2);
  g.ack(0, 3); // leaves it out
  g.settle();
  CHECK(g.status(0).watermark == 2);
  g.advance(100ms);
  CHECK(calls(g, 1) == batches{{2}});
  g.ack(0, 2);
  g.settle();
  CHECK(g.status(0).watermark == 4);
  CHECK(g.status(0).failing_offset == -1);
  CHECK(g.coordinator.seeks.empty());
}

TEST_CASE("a nack counts behind what its worker read meanwhile") {
  scripted_group g;
  g.handlers.answer = no_ack;
  start_with(g, 2);
  g.jobs_wait = true;
  g.append(0, 2);
  g.nack(0, 1, true);
  manual_executor::run_one(g.jobs); // reads, and the manager did not hear it
  g.settle();
  g.jobs_wait = false;
  g.advance(100ms);
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 3, 0, 1, 2, 3});
  CHECK(g.coordinator.seeks.empty());
}

TEST_CASE("a record that was kept and is rejected is got past, and its worker "
          "goes on") {
  scripted_group g;
  g.config.on_failure.then = {step::skip};
  g.handlers.answer = no_ack;
  start_with(g, 3);
  CHECK(g.ask_nack(0, 1, false).result == ack_result::accepted);
  g.settle();
  CHECK(g.count(event_kind::worker_failed) == 0);
  CHECK(g.last(event_kind::record_skipped).offset == 1);
  g.ack(0, 2);
  g.settle();
  CHECK(g.status(0).watermark == 3);
}

TEST_CASE("a handler that ends its worker gets all that is not acked again, "
          "failed or not") {
  auto failed = GENERATE(false, true);
  scripted_group g;
  g.handlers.answer = no_ack;
  std::vector<std::function<void(worker_end)>> workers;
  g.handlers.on_build = [&](const handler_context& x) {
    workers.push_back(x.end_worker);
  };
  start_with(g, 4);
  g.ack(0, 0);
  g.settle();
  workers[0](failed ? worker_end{"signal 11", "signal 11"} : worker_end{});
  g.settle();
  CHECK(g.count(event_kind::record_failed) == 0);
  CHECK(g.count(event_kind::worker_failed) == (failed ? 1 : 0));
  CHECK(g.count(event_kind::isolating) == (failed ? 1 : 0));
  if (failed)
    g.advance(100ms);
  workers[0]({"of an incarnation that is over", {}});
  g.settle();
  CHECK(g.count(event_kind::worker_started) == 2);
  CHECK(calls(g, 1) == (failed ? batches{{1}} : batches{{1, 2, 3}}));
  CHECK(g.handlers.calls[1].delivery_count == 2);
  CHECK(g.coordinator.seeks.empty());
}

TEST_CASE("a nack is refused like an ack") {
  scripted_group g;
  g.handlers.answer = no_ack;
  start_with(g, 3);
  g.ack_individual(0, {1});
  g.settle();
  CHECK(g.ask_nack(0, 1, true).result == ack_result::already_acked);
  CHECK(g.ask_nack(0, 3, true).result == ack_result::beyond_delivered);
  g.ack(0, 0);
  g.settle();
  CHECK(g.ask_nack(0, 0, true).result == ack_result::below_watermark);
  g.revoke({0});
  g.ack(0, 2);
  g.settle();
  CHECK(g.ask_nack(0, 2, true).result == ack_result::not_held);
  CHECK(g.count(event_kind::worker_failed) == 0);
}

TEST_CASE("nacks while the worker ends or waits raise failures and restart "
          "nothing") {
  scripted_group g;
  g.handlers.answer = no_ack;
  start_with(g, 3);
  g.nack(0, 0, true);
  g.nack(0, 1, true);
  g.settle();
  CHECK(g.ask_nack(0, 1, true).result == ack_result::accepted);
  CHECK(g.count(event_kind::worker_failed) == 1);
  CHECK(g.count(event_kind::record_failed) == 3);
  CHECK(g.last(event_kind::record_failed).count == 2);
  g.advance(100ms);
  CHECK(g.handlers.calls.back().offsets == offsets{0, 1, 2});
  CHECK(g.handlers.calls.back().failure_count == 1);
}

TEST_CASE("between two incarnations of the group a nack is refused") {
  scripted_group g;
  g.handlers.answer = no_ack;
  g.append(0, 1);
  g.start_supervisor();
  g.assign({0});
  g.settle();
  g.kill_manager();
  g.settle();
  CHECK(g.ask_nack(0, 0, true).result == ack_result::not_held);
  g.nack(0, 0, true);
  g.settle();
  CHECK(g.status().acks_refused == 2);
}

TEST_CASE("the failures of a record are known where it comes again from the "
          "source") {
  scripted_group g;
  g.config.batch_size = 1;
  g.handlers.answer = [](const message_batch& x) {
    return x.first_offset() == 0 ? handler_answer::no_ack()
                                 : handler_answer::continue_without_ack();
  };
  start_with(g, 2);
  g.nack(0, 0, true);
  g.settle();
  g.handlers.answer = nullptr;
  g.advance(1s);
  REQUIRE(g.coordinator.seeks.size() == 1);
  REQUIRE(g.handlers.offsets() == offsets{0, 1, 0, 1});
  CHECK(g.handlers.calls[2].failure_count == 1);
  CHECK(g.handlers.calls[3].failure_count == 0);
}
