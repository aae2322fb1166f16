// Assignments, delivery through the window, and what a handler's answer does.

#include "support/scripted_group.hpp"

using namespace cafka;
using namespace cafka::test;

// -- assignments --------------------------------------------------------------

TEST_CASE("an assignment spawns one worker per partition at its begin") {
  scripted_group g;
  g.append(0, 10);
  g.append(1, 10);
  g.start_manager();
  g.assign({0, 1}, 7);
  g.settle();
  CHECK(g.worker_count() == 2);
  CHECK(g.handlers.offsets(0) == offsets{7, 8, 9});
  CHECK(g.handlers.offsets(1) == offsets{7, 8, 9});
  CHECK(g.count(event_kind::assigned) == 2);
  CHECK(g.last(event_kind::assigned).offset == 7);
  CHECK(g.handlers.calls[0].generation == g.gen(0));
  CHECK(g.handlers.calls[0].delivery_count == 1);
  auto status = g.status(0);
  CHECK(status.state == partition_state::running);
  CHECK(status.position == 10);
  CHECK(status.watermark == 10);
  CHECK(status.lag == 0);
}

TEST_CASE("what stands before a begin at the end is told, once a rebalance") {
  auto is_latest = GENERATE(true, false);
  scripted_group g;
  if (!is_latest)
    g.config.begin_offset = offset_t{7};
  g.start_manager();
  g.assign_new({0, 1}, 7);
  g.settle();
  REQUIRE(g.count(event_kind::begins_at_end) == (is_latest ? 1 : 0));
  if (is_latest)
    CHECK(g.last(event_kind::begins_at_end).count == 14);
  g.assign({2}, 7); // committed
  g.settle();
  CHECK(g.count(event_kind::begins_at_end) == (is_latest ? 1 : 0));
}

TEST_CASE("an assignment of a held partition keeps it and its worker") {
  scripted_group g;
  g.start_manager();
  g.assign({0});
  g.settle();
  auto before = g.gen(0);
  g.append(0, 2);
  g.settle();
  auto& kept = g.source(0);
  actors::assignments_received again{"g", {++g.rebalance.value}, {}};
  again.partitions.push_back({tp(0), {99}, 0, 0, nullptr});
  g.send_to_manager(again);
  g.settle();
  CHECK(g.worker_count() == 1);
  CHECK(g.status(0).generation == before);
  CHECK(g.handlers.offsets() == offsets{0, 1});
  CHECK(kept.has_reader());
  CHECK(g.count(event_kind::assigned) == 1);
}

TEST_CASE("an assignment of an older rebalance is dropped and counted") {
  scripted_group g;
  g.start_manager();
  g.revoke({});
  g.revoke({});
  g.rebalance.value = 0;
  g.assign({0});
  g.settle();
  CHECK(g.status().partitions.empty());
  CHECK(g.status().stale_dropped == 1);
}

TEST_CASE("records that come later are delivered as the source tells of them") {
  scripted_group g;
  g.start_manager();
  g.assign({0});
  g.settle();
  CHECK(g.handlers.calls.empty());
  g.append(0, 2);
  g.settle();
  g.append(0, 1);
  g.settle();
  CHECK(g.handlers.offsets() == offsets{0, 1, 2});
}

TEST_CASE("a handler call gets at most batch-size records") {
  scripted_group g;
  g.config.batch_size = 3;
  g.append(0, 7);
  g.start_manager();
  g.assign({0});
  g.settle();
  REQUIRE(g.handlers.calls.size() == 3);
  CHECK(g.handlers.calls[0].offsets == offsets{0, 1, 2});
  CHECK(g.handlers.calls[1].offsets == offsets{3, 4, 5});
  CHECK(g.handlers.calls[2].offsets == offsets{6});
}

TEST_CASE("holes in the offsets are no obstacle to the watermark") {
  scripted_group g;
  g.log(0).records = {{3, 1}, {7, 1}, {20, 1}};
  g.log(0).end = 25;
  g.start_manager();
  g.assign({0});
  g.settle();
  CHECK(g.handlers.offsets() == offsets{3, 7, 20});
  CHECK(g.status(0).watermark == 25);
  CHECK(g.status(0).lag == 0);
}

// -- the window ---------------------------------------------------------------

TEST_CASE("delivery stops only when both bounds of the window are exceeded") {
  scripted_group g;
  g.handlers.answer = no_ack;
  g.config.batch_size = 1;
  g.config.prefetch_count = 2;
  g.config.prefetch_bytes = 50;
  g.append(0, 3, 5); // the count is exceeded, the bytes are not
  g.start_manager();
  g.assign({0});
  g.settle();
  CHECK(g.handlers.offsets() == offsets{0, 1, 2});
  g.append(0, 1, 100); // 115 bytes: now both are
  g.append(0, 5, 1);
  g.settle();
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 3});
  CHECK(g.status(0).window_records == 4);
  CHECK(g.status(0).window_bytes == 115);
  CHECK(g.status(0).lag == 9);
}

TEST_CASE("few large records are delivered although the bytes are exceeded") {
  scripted_group g;
  g.handlers.answer = no_ack;
  g.config.prefetch_count = 2;
  g.config.prefetch_bytes = 50;
  g.append(0, 9, 100);
  g.start_manager();
  g.assign({0});
  g.settle();
  CHECK(g.handlers.offsets() == offsets{0, 1, 2});
}

TEST_CASE("an explicit ack opens the window again") {
  scripted_group g;
  g.handlers.answer = no_ack;
  g.config.prefetch_count = 2;
  g.config.prefetch_bytes = 1;
  g.append(0, 9);
  g.start_manager();
  g.assign({0});
  g.settle();
  REQUIRE(g.handlers.offsets() == offsets{0, 1, 2});
  g.ack(0, 0);
  g.settle();
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 3});
  g.ack_individual(0, {2, 3});
  g.settle();
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 3, 4, 5});
  CHECK(g.status(0).watermark == 1);
  CHECK(g.status(0).window_records == 3);
}

TEST_CASE("the window counts redelivered records once") {
  scripted_group g;
  g.config.prefetch_count = 2;
  g.config.prefetch_bytes = 1;
  g.handlers.answer = no_ack;
  g.append(0, 9);
  g.start_manager();
  g.assign({0});
  g.settle();
  g.kill_worker(0);
  g.settle();
  g.ack(0, 0); // between two workers
  g.advance(100ms);
  CHECK(g.status(0).window_records == 3);
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 1, 2, 3});
  g.ack(0, 3);
  g.settle();
  CHECK(g.handlers.calls.back().offsets == offsets{4, 5, 6});
}

// -- answers ------------------------------------------------------------------

TEST_CASE("the answer ack acks the whole batch") {
  scripted_group g;
  g.append(0, 4);
  g.start_manager();
  g.assign({0});
  g.settle();
  CHECK(g.status(0).watermark == 4);
  CHECK(g.status(0).window_records == 0);
}

TEST_CASE("the rest of a batch that was acked in part comes again first") {
  scripted_group g;
  g.config.batch_size = 4;
  g.handlers.answer = [](const message_batch& x) {
    return x.first_offset() == 0 ? handler_answer::ack_through(1)
                                 : handler_answer::ack();
  };
  g.append(0, 6);
  g.start_manager();
  g.assign({0});
  g.settle();
  REQUIRE(g.handlers.calls.size() == 3);
  CHECK(g.handlers.calls[1].offsets == offsets{2, 3});
  CHECK(g.handlers.calls[1].delivery_count == 2);
  CHECK(g.handlers.calls[2].offsets == offsets{4, 5});
  CHECK(g.status(0).watermark == 6);
  CHECK(g.status(0).window_records == 0);
  CHECK(g.worker_count() == 1);
}

TEST_CASE("what is acked meanwhile is no part of the rest of a batch") {
  scripted_group g;
  g.handlers.answer = [&](const message_batch& x) {
    if (x.first_offset() != 0)
      return handler_answer::no_ack();
    g.ack_individual(0, {1, 2});
    return handler_answer::ack_through(0);
  };
  g.append(0, 4);
  g.start_manager();
  g.assign({0});
  g.settle();
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 3, 3});
  CHECK(g.status(0).watermark == 3);
}

TEST_CASE("a drain does not wait for the rest of a batch") {
  scripted_group g;
  g.handlers.answer = [&](const message_batch&) {
    g.revoke({0});
    g.actors.run();
    return handler_answer::ack_through(1);
  };
  g.append(0, 4);
  g.start_manager();
  g.assign({0});
  g.settle();
  CHECK(g.handlers.calls.size() == 1);
  CHECK(g.coordinator.done.size() == 1);
  CHECK(g.last_commit() == std::map<partition_t, offset_t>{{0, 2}});
}

TEST_CASE(
  "a handler that acks nothing of its batch is called again and waits") {
  scripted_group g;
  g.config.prefetch_count = 1; // what comes again needs no room
  g.config.prefetch_bytes = 1;
  g.handlers.answer = [&](const message_batch& x) {
    return handler_answer::ack_through(x.first_offset() - 1);
  };
  g.append(0, 2);
  g.start_manager();
  g.assign({0});
  g.settle();
  CHECK(g.handlers.calls.size() == 2);
  g.advance(99ms);
  CHECK(g.handlers.calls.size() == 2);
  g.advance(1ms);
  CHECK(g.handlers.calls.size() == 3);
  CHECK(g.status(0).watermark == 0);
  CHECK(g.status(0).healthy);
  g.handlers.answer = nullptr;
  g.append(0, 1);
  g.advance(100ms);
  CHECK(g.handlers.offsets() == offsets{0, 1, 0, 1, 0, 1, 0, 1, 2});
  CHECK(g.status(0).watermark == 3);
  CHECK(g.worker_count() == 1);
}

TEST_CASE("what is kept of a batch waits for explicit acks") {
  scripted_group g;
  g.config.batch_size = 4;
  g.handlers.answer = [](const message_batch& x) {
    return x.first_offset() == 0 ? handler_answer::ack_through_keep(1)
                                 : handler_answer::no_ack();
  };
  g.append(0, 6);
  g.start_manager();
  g.assign({0});
  g.settle();
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 3, 4, 5});
  CHECK(g.status(0).watermark == 2);
  CHECK(g.status(0).window_records == 4);
  g.revoke({0});
  g.settle();
  CHECK(g.coordinator.done.empty());
  g.ack(0, 5);
  g.settle();
  CHECK(g.coordinator.done.size() == 1);
  CHECK(g.last_commit() == std::map<partition_t, offset_t>{{0, 6}});
}

TEST_CASE("an ack through an offset that the batch lacks fails the worker") {
  using answer = handler_answer;
  auto through = GENERATE(offset_t{-2}, offset_t{1}, offset_t{4});
  std::function<answer(offset_t)> failed_at = [](offset_t x) {
    return answer::failed_at(x, "cause");
  };
  auto make = GENERATE_COPY(
    std::function<answer(offset_t)>{&answer::ack_through},
    std::function<answer(offset_t)>{&answer::ack_through_keep}, failed_at);
  scripted_group g;
  g.handlers.answer = [=](const message_batch&) { return make(through); };
  g.log(0).records = {{0, 1}, {2, 1}, {3, 1}};
  g.log(0).end = 4;
  g.start_manager();
  g.assign({0});
  g.settle();
  CHECK(g.last(event_kind::worker_failed).code == errc::bad_answer);
  CHECK(g.status(0).watermark == 0);
}

TEST_CASE("no ack keeps the records in the window and delivery goes on") {
  scripted_group g;
  g.config.batch_size = 2;
  g.handlers.answer = no_ack;
  g.append(0, 4);
  g.start_manager();
  g.assign({0});
  g.settle();
  CHECK(g.handlers.calls.size() == 2);
  CHECK(g.status(0).watermark == 0);
  CHECK(g.status(0).window_records == 4);
}

TEST_CASE("continued records leave the window and the watermark stays") {
  scripted_group g;
  g.config.prefetch_count = 1;
  g.config.prefetch_bytes = 1;
  g.handlers.answer = [](const message_batch&) {
    return handler_answer::continue_without_ack();
  };
  g.append(0, 9);
  g.start_manager();
  g.assign({0});
  g.settle();
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 3, 4, 5, 6, 7, 8});
  CHECK(g.status(0).watermark == 0);
  CHECK(g.status(0).window_records == 0);
  CHECK(g.status(0).lag == 9);
}

TEST_CASE("a continued record can still be acked") {
  scripted_group g;
  g.handlers.answer = [](const message_batch&) {
    return handler_answer::continue_without_ack();
  };
  g.append(0, 3);
  g.start_manager();
  g.assign({0});
  g.settle();
  CHECK(g.ask_ack(0, {1}).watermark == 2);
  CHECK(g.status(0).window_records == 0);
}

TEST_CASE("whatever the handler throws or answers failed ends its worker") {
  auto [fail, text] = GENERATE(table<std::function<void()>, std::string>({
    {[] { throw std::runtime_error{"no luck"}; }, "no luck"},
    {[] { throw 42; }, "threw something that is not a std::exception"},
    {[] {}, "told so"},
  }));
  scripted_group g;
  g.handlers.answer = [f = fail](const message_batch&) {
    f();
    return handler_answer::failed("told so");
  };
  g.append(0);
  g.start_manager();
  g.assign({0});
  g.settle();
  auto& failed = g.last(event_kind::worker_failed);
  CHECK(failed.code == errc::handler_failed);
  CHECK(failed.text == text);
  CHECK(g.status(0).state == partition_state::backoff);
  CHECK(g.status(0).last_error == errc::handler_failed);
  CHECK(g.status(0).last_error_text == text);
  CHECK(g.status(0).watermark == 0);
  CHECK(g.handlers.log.back() == "destroyed 0");
}

TEST_CASE("a record that failed fails its worker, and of its batch only what "
          "lies below it is acked") {
  scripted_group g;
  g.config.batch_size = 3;
  g.handlers.answer = [](const message_batch& x) {
    return x.first_offset() == 0 ? handler_answer::no_ack()
                                 : handler_answer::failed_at(5, "no luck");
  };
  g.append(0, 6);
  g.start_manager();
  g.assign({0});
  g.settle();
  REQUIRE(g.handlers.offsets() == offsets{0, 1, 2, 3, 4, 5});
  CHECK(g.last(event_kind::worker_failed).code == errc::handler_failed);
  CHECK(g.last(event_kind::worker_failed).text == "no luck");
  CHECK(g.status(0).state == partition_state::backoff);
  CHECK(g.status(0).watermark == 0);       // what the call before kept
  CHECK(g.ask_ack(0, {2}).watermark == 5); // 3 and 4 were acked
  g.handlers.answer = nullptr;
  g.advance(100ms);
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 3, 4, 5, 5});
  CHECK(g.status(0).watermark == 6);
}

TEST_CASE("an exception may name the record that failed") {
  auto rejects = GENERATE(false, true);
  scripted_group g;
  g.handlers.answer = [&](const message_batch&) -> handler_answer {
    if (rejects)
      throw record_rejected{2, "no luck"};
    throw record_error{2, "no luck"};
  };
  g.append(0, 4);
  g.start_manager();
  g.assign({0});
  g.settle();
  CHECK(g.last(event_kind::worker_failed).code
        == (rejects ? errc::record_rejected : errc::handler_failed));
  CHECK(g.last(event_kind::worker_failed).text == "no luck");
  CHECK(g.status(0).watermark == 2);
}

TEST_CASE("a record that failed first in its batch acks nothing") {
  scripted_group g;
  g.handlers.answer = [](const message_batch& x) {
    return handler_answer::failed_at(x.first_offset(), "no luck");
  };
  g.append(0, 2);
  g.start_manager();
  g.assign({0});
  g.settle();
  CHECK(g.last(event_kind::worker_failed).text == "no luck");
  CHECK(g.status(0).watermark == 0);
}

TEST_CASE("what a call acked before it failed in a drain is committed") {
  scripted_group g;
  g.handlers.answer = [&](const message_batch&) {
    g.revoke({0});
    g.actors.run();
    return handler_answer::failed_at(1, "no luck");
  };
  g.append(0, 3);
  g.start_manager();
  g.assign({0});
  g.settle();
  CHECK(g.last_commit() == std::map<partition_t, offset_t>{{0, 1}});
}

TEST_CASE("an explicit ack during the call counts before its answer") {
  scripted_group g;
  g.handlers.answer = [&](const message_batch& x) {
    g.ack(0, x.last_offset());
    g.actors.run();
    return handler_answer::ack();
  };
  g.append(0, 3);
  g.start_manager();
  g.assign({0});
  g.settle();
  CHECK(g.status(0).watermark == 3);
  CHECK(g.status().acks_refused == 0);
}

// -- one call at a time -------------------------------------------------------

TEST_CASE("a call that blocks delays no other partition") {
  scripted_group g;
  g.append(0, 2);
  g.append(1, 2);
  g.start_manager();
  g.handlers.during_call = [&] {
    g.advance(1s);
    CHECK(g.handlers.offsets(1) == offsets{0, 1});
    g.append(0, 2);
    g.advance(1s);
    CHECK(g.handlers.offsets(0) == offsets{0, 1});
  };
  g.assign({0, 1});
  g.settle();
  CHECK(g.handlers.offsets(0) == offsets{0, 1, 2, 3});
}
