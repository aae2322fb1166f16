// What comes while answers wait for their outputs: acks and nacks from
// elsewhere, the end of the partition, of the producer, and room in the window.

#include "support/scripted_group.hpp"

using namespace cafka;
using namespace cafka::test;

namespace {

using strings = std::vector<std::string>;

/// An output for each record.
handler_answer transform(const message_batch& x) {
  std::vector<output> made;
  for (auto y : x)
    made.push_back({"out", 0, std::to_string(y.offset()), "12345"});
  return handler_answer::ack().after(std::move(made));
}

/// Outputs for record 0; the others are kept.
handler_answer transform_first(const message_batch& x) {
  return x.first_offset() == 0 ? transform(x) : handler_answer::no_ack();
}

void start_kept(scripted_group& g, int records) {
  g.config.batch_size = 1;
  g.handlers.answer = transform_first;
  start_with(g, records);
}

/// Keys of all that was handed to the client, in order.
strings keys(const scripted_group& g) {
  strings result;
  for (auto& x : g.writer->sent)
    result.push_back(x.record.key.value_or(""));
  return result;
}

} // namespace

// -- what others say of records whose answers wait ----------------------------

TEST_CASE("an ack that comes while its record's answer waits behind outputs "
          "counts when they are written") {
  scripted_group g;
  start_kept(g, 4);
  CHECK(g.ask_ack(0, {2}, false).result == ack_result::withheld);
  CHECK(g.ask_ack(0, {3}).result == ack_result::withheld); // 1 and 3, too
  CHECK(g.status(0).watermark == 0);
  g.deliver(0);
  CHECK(g.status(0).watermark == 4);
  CHECK(g.status(0).window_records == 0);
  CHECK(g.count(event_kind::ack_refused) == 0);
}

TEST_CASE("an ack that comes while its record's answer waits is void where "
          "that is") {
  scripted_group g;
  start_kept(g, 2);
  g.ack_individual(0, {1});
  g.settle();
  g.handlers.answer = nullptr;
  g.refuse(0, errc::other_client_error);
  g.advance(100ms);
  CHECK(g.handlers.offsets() == offsets{0, 1, 0, 1});
  CHECK(g.status(0).watermark == 2);
}

TEST_CASE("a nack that comes while its record's answer waits behind outputs "
          "counts when they are written") {
  scripted_group g;
  SECTION("a rejected record is got past") {
    g.config.on_failure.then = {failure_step::skip};
    start_kept(g, 2);
    CHECK(g.ask_nack(0, 1, false).result == ack_result::withheld);
    CHECK(g.ask_ack(0, {1}, false).result == ack_result::withheld);
    CHECK(g.count(event_kind::record_failed) == 0);
    g.deliver(0);
    CHECK(g.last(event_kind::record_skipped).offset == 1);
  }
  SECTION("one that is to be tried again comes again") {
    start_kept(g, 2);
    g.nack(0, 1, true);
    g.settle();
    g.deliver(0);
    CHECK(g.last(event_kind::record_failed).offset == 1);
    CHECK(g.last(event_kind::record_failed).text == "bad");
    g.handlers.answer = nullptr;
    g.advance(100ms);
    CHECK(g.handlers.offsets() == offsets{0, 1, 1});
  }
  CHECK(g.status(0).watermark == 2);
}

TEST_CASE("a revoke waits for no ack that came before its record's answer "
          "counted") {
  scripted_group g;
  start_kept(g, 2);
  g.ack_individual(0, {1});
  g.revoke({0});
  g.settle();
  CHECK(g.coordinator.done.empty());
  g.deliver(0);
  CHECK(g.last_commit() == std::map<partition_t, offset_t>{{0, 2}});
  CHECK(g.coordinator.done.size() == 1);
}

TEST_CASE("a rejected record's answer that counts leaves the answers behind it "
          "waiting for their outputs") {
  scripted_group g;
  g.config.on_failure.then = {failure_step::skip};
  g.handlers.answer = [](const message_batch& x) {
    switch (x.first_offset()) {
      case 0:
        return handler_answer::ack_through(0).after({{"out", 0, "a"}});
      case 1:
        return handler_answer::reject(1, "no customer");
      default:
        return handler_answer::ack().after({{"out", 0, "b"}});
    }
  };
  start_with(g, 4);
  REQUIRE(keys(g) == strings{"a", "b"});
  g.deliver(0);
  CHECK(g.status(0).watermark == 2);
  CHECK(g.ask_ack(0, {2}, false).result == ack_result::withheld);
  CHECK(g.ask_ack(0, {3}).watermark == 2);
  g.deliver(1);
  CHECK(g.status(0).watermark == 4);
}

TEST_CASE("an output that fails while its partition is given back leaves a "
          "call that runs to its end") {
  auto answer = GENERATE(0, 1); // of the call that runs
  scripted_group g;
  g.config.batch_size = 1;
  g.handlers.answer = [&](const message_batch& x) {
    if (x.first_offset() == 0)
      return transform(x);
    g.revoke({0});
    g.actors.run();
    g.writer->refuse(0, {errc::other_client_error, "no"});
    g.actors.run();
    CHECK(g.count(event_kind::output_failed) == 1);
    CHECK(g.coordinator.done.empty());
    return answer == 0 ? handler_answer::ack() : transform(x);
  };
  start_with(g, 2);
  CHECK(g.coordinator.done.size() == 1);
  CHECK(g.last(event_kind::revoked).offset == 0);
  CHECK(g.writer->sent.size() == 1); // what it answered is void
}

// -- room, and who is told of it ----------------------------------------------

TEST_CASE("a report of outputs that makes room in the window is followed by "
          "the next call at once") {
  scripted_group g;
  g.config.batch_size = 1;
  g.config.prefetch_count = 1;
  g.config.prefetch_bytes = 1;
  g.handlers.answer = transform;
  start_with(g, 5);
  CHECK(g.handlers.offsets() == offsets{0, 1});
  g.deliver(0);
  CHECK(g.handlers.offsets() == offsets{0, 1, 2});
  g.deliver(1);
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 3});
}

TEST_CASE("a producer that dies makes room in the window at once where its "
          "dead letters give way to a skip") {
  scripted_group g;
  g.config.batch_size = 1;
  g.config.prefetch_count = 1;
  g.config.prefetch_bytes = 1;
  g.config.on_failure.then = {failure_step::dead_letter, failure_step::skip};
  g.handlers.answer = [](const message_batch& x) {
    return handler_answer::reject(x.first_offset(), "no customer");
  };
  start_with(g, 3);
  REQUIRE(g.handlers.offsets() == offsets{0, 1});
  g.kill_producer();
  CHECK(g.handlers.offsets() == offsets{0, 1, 2});
}

TEST_CASE("a nack that was accepted before the producer died counts") {
  scripted_group g;
  g.config.batch_size = 1;
  g.handlers.answer = [](const message_batch& x) {
    return x.first_offset() == 0 ? handler_answer::no_ack() : transform(x);
  };
  start_with(g, 2);
  // The manager has it before it hears of the end.
  g.actors.system().spawn(
    [&g](caf::event_based_actor*) { g.nack(0, 0, true); });
  g.kill_producer();
  REQUIRE(g.count(event_kind::record_failed) == 1);
  CHECK(g.last(event_kind::record_failed).offset == 0);
}

TEST_CASE("each partition has its own bound of outputs") {
  scripted_group g;
  g.config.batch_size = 1;
  g.config.outputs_max_bytes = 70; // one output
  g.handlers.answer = transform;
  g.append(0, 3);
  g.append(1, 3);
  g.start_manager();
  g.assign({0, 1});
  g.settle();
  CHECK(g.handlers.offsets(0) == offsets{0});
  CHECK(g.handlers.offsets(1) == offsets{0});
  g.deliver(0);
  CHECK(g.handlers.calls.size() == 3);
  g.deliver(2);
  CHECK(g.handlers.calls.size() == 4);
  CHECK(
    (g.handlers.offsets(0).size() == 1 || g.handlers.offsets(1).size() == 1));
}
