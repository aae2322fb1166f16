// Handlers that answer with outputs: the ack counts when all of them are
// written. The group's producer is a scripted one.

#include "support/scripted_group.hpp"

using namespace cafka;
using namespace cafka::test;

namespace {

/// An output for each record.
std::vector<output> made_of(const message_batch& x) {
  std::vector<output> result;
  for (auto y : x)
    result.push_back({"out", 0, std::to_string(y.offset()), "12345"});
  return result;
}

handler_answer transform(const message_batch& x) {
  return handler_answer::ack().after(made_of(x));
}

/// Keys of all that was handed to the client, in order.
std::vector<std::string> keys(const scripted_group& g) {
  std::vector<std::string> result;
  for (auto& x : g.writer->sent)
    result.push_back(x.record.key.value_or(""));
  return result;
}

using strings = std::vector<std::string>;

} // namespace

TEST_CASE("an ack after outputs counts when all of them are written, and the "
          "next call begins before") {
  scripted_group g;
  g.config.batch_size = 2;
  g.handlers.answer = transform;
  start_with(g, 4);
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 3});
  CHECK(keys(g) == strings{"0", "1", "2", "3"});
  CHECK(g.status(0).watermark == 0);
  CHECK(g.status(0).window_records == 4);
  g.deliver(0);
  CHECK(g.status(0).watermark == 0);
  g.deliver(1);
  CHECK(g.status(0).watermark == 2);
  CHECK(g.status(0).window_records == 2);
  g.deliver(3);
  g.deliver(2);
  CHECK(g.status(0).watermark == 4);
  CHECK(g.status(0).window_records == 0);
}

TEST_CASE("an ack through a record may come after outputs") {
  scripted_group g;
  g.handlers.answer = [first = true](const message_batch&) mutable {
    return std::exchange(first, false)
             ? handler_answer::ack_through(0).after({{"out", 0, "k", "v"}})
             : handler_answer::no_ack();
  };
  start_with(g, 3);
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 1, 2});
  CHECK(g.status(0).watermark == 0);
  g.deliver(0);
  CHECK(g.status(0).watermark == 1);
  g.ack(0, 2);
  g.settle();
  CHECK(g.status(0).watermark == 3);
}

TEST_CASE("while outputs are on their way later answers wait behind them, and "
          "explicit acks pass none of their records") {
  scripted_group g;
  g.config.batch_size = 1;
  g.handlers.answer = [](const message_batch& x) {
    return x.first_offset() == 0 ? transform(x) : handler_answer::ack();
  };
  start_with(g, 3);
  CHECK(g.status(0).watermark == 0);
  CHECK(g.ask_ack(0, {1}, false).result == ack_result::withheld);
  CHECK(g.ask_ack(0, {2}).watermark == 0);
  CHECK(g.status(0).window_records == 3);
  g.deliver(0);
  CHECK(g.status(0).watermark == 3);
  CHECK(g.status(0).window_records == 0);
}

TEST_CASE("an output that cannot be written is a failure of its batch with no "
          "blame, and all from the watermark on comes again") {
  scripted_group g;
  g.config.batch_size = 2;
  g.handlers.answer = transform;
  start_with(g, 6);
  REQUIRE(g.writer->sent.size() == 6);
  g.deliver(0);
  g.deliver(1);
  g.deliver(4); // void, whatever comes of it
  g.deliver(5);
  g.refuse(2, errc::other_client_error);
  g.deliver(3);
  auto& failed = g.last(event_kind::output_failed);
  CHECK(failed.offset == 2);
  CHECK_THAT(failed.text, has_text("needs WRITE"));
  CHECK(g.last(event_kind::worker_failed).code == errc::output_failed);
  CHECK(g.last(event_kind::isolating).offset == 2);
  CHECK(g.status(0).watermark == 2);
  g.handlers.calls.clear();
  g.advance(100ms);
  // One by one: an isolated call ends with its reports.
  CHECK(g.handlers.offsets() == offsets{2});
  g.deliver(6);
  CHECK(g.handlers.offsets() == offsets{2, 3});
  g.deliver(7);
  g.deliver(8);
  g.deliver(9);
  CHECK(g.handlers.offsets() == offsets{2, 3, 4, 5});
  CHECK(g.status(0).watermark == 6);
  CHECK(g.status(0).state == partition_state::running);
  CHECK(g.coordinator.seeks.empty());
}

TEST_CASE(
  "the record whose outputs alone cannot be written goes the way of the "
  "others that fail") {
  scripted_group g;
  g.config.on_failure = {.retries = 0, .then = {failure_step::skip}};
  g.config.batch_size = 1;
  g.handlers.answer = transform;
  start_with(g, 1);
  g.refuse(0, errc::other_client_error);
  CHECK(g.last(event_kind::record_failed).code == errc::output_failed);
  CHECK(g.count(event_kind::record_skipped) == 1);
  CHECK(g.status(0).watermark == 1);
}

TEST_CASE(
  "a successor begins when the outputs of its forerunner are reported") {
  scripted_group g;
  g.config.batch_size = 1;
  g.handlers.answer = [](const message_batch& x) {
    return x.first_offset() < 2 ? transform(x) : handler_answer::failed("no");
  };
  start_with(g, 3);
  g.handlers.answer = nullptr;
  g.advance(10s);
  CHECK(g.worker_count() == 1);
  g.deliver(0);
  CHECK(g.status(0).watermark == 1);
  CHECK(g.worker_count() == 1);
  g.deliver(1);
  CHECK(g.worker_count() == 2);
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 2});
  CHECK(g.status(0).watermark == 3);
}

TEST_CASE(
  "an output that fails behind the end of its worker brings its records "
  "again") {
  scripted_group g;
  g.config.batch_size = 1;
  g.handlers.answer = [](const message_batch& x) {
    return x.first_offset() == 0 ? transform(x) : handler_answer::failed("no");
  };
  start_with(g, 2);
  g.handlers.answer = nullptr;
  g.advance(10s);
  g.refuse(0, errc::other_client_error);
  CHECK(g.handlers.offsets() == offsets{0, 1, 0, 1});
  CHECK(g.status(0).watermark == 2);
}

TEST_CASE("beyond outputs-max-bytes the next call waits") {
  scripted_group g;
  g.config.batch_size = 1;
  g.config.outputs_max_bytes = 140; // two outputs of 6 bytes
  g.config.progress_timeout = 5s;
  g.handlers.answer = transform;
  start_with(g, 5);
  CHECK(g.handlers.offsets() == offsets{0, 1});
  g.advance(20s);
  CHECK(g.handlers.offsets() == offsets{0, 1});
  CHECK(g.count(event_kind::partition_stalled) == 0);
  g.deliver(0);
  CHECK(g.handlers.offsets() == offsets{0, 1, 2});
  g.deliver(1);
  g.deliver(2);
  g.deliver(3);
  g.deliver(4);
  CHECK(g.status(0).watermark == 5);
}

TEST_CASE("beyond outputs-max-bytes what is to come again waits, too") {
  scripted_group g;
  g.config.batch_size = 2;
  g.config.outputs_max_bytes = 70;
  g.handlers.answer = [](const message_batch& x) {
    return handler_answer::ack_through(x.first_offset())
      .after({{"out", 0, "k", "12345"}});
  };
  start_with(g, 2);
  CHECK(g.handlers.offsets() == offsets{0, 1});
  g.deliver(0);
  CHECK(g.handlers.offsets() == offsets{0, 1, 1});
  g.deliver(1);
  CHECK(g.status(0).watermark == 2);
}

TEST_CASE("one answer whose outputs are more than outputs-max-bytes fails") {
  scripted_group g;
  g.config.outputs_max_bytes = 139;
  g.handlers.answer = transform;
  start_with(g, 2);
  CHECK(g.writer->sent.empty());
  CHECK(g.last(event_kind::worker_failed).code == errc::output_failed);
  CHECK(g.last(event_kind::worker_failed).text
        == "its outputs count as 140 bytes, 64 of each beside its own, and "
           "outputs-max-bytes allows 139");
  g.advance(100ms);
  g.deliver(0);
  g.deliver(1);
  CHECK(g.status(0).watermark == 2);
}

TEST_CASE("outputs without any bytes are bounded, too") {
  scripted_group g;
  g.config.batch_size = 1;
  g.config.outputs_max_bytes = 128;
  g.handlers.answer = [](const message_batch&) {
    return handler_answer::ack().after({{"out"}});
  };
  start_with(g, 4);
  CHECK(g.handlers.offsets() == offsets{0, 1});
  g.deliver(0);
  CHECK(g.handlers.offsets() == offsets{0, 1, 2});
}

TEST_CASE("outputs fit to an ack alone") {
  scripted_group g;
  g.handlers.answer = [](const message_batch&) {
    return handler_answer::no_ack().after({{"out"}});
  };
  start_with(g, 1);
  CHECK(g.last(event_kind::worker_failed).code == errc::bad_answer);
  CHECK(g.last(event_kind::worker_failed).text
        == "only ack and ack_through may come after outputs");
}

TEST_CASE("a revoke waits for the reports of outputs") {
  scripted_group g;
  g.handlers.answer = transform;
  start_with(g, 2);
  g.revoke({0});
  g.advance(5s);
  CHECK(g.coordinator.done.empty());
  g.deliver(0);
  g.deliver(1);
  CHECK(g.last_commit() == std::map<partition_t, offset_t>{{0, 2}});
  CHECK(g.coordinator.done.size() == 1);
}

TEST_CASE("reports of outputs that come after the partition has left have no "
          "effect") {
  scripted_group g;
  g.handlers.answer = transform;
  start_with(g, 2);
  g.lose({0});
  g.settle();
  g.handlers.answer = [](const message_batch&) {
    return handler_answer::no_ack();
  };
  g.assign({0});
  g.settle();
  g.deliver(0);
  g.deliver(1);
  CHECK(g.status(0).watermark == 0);
  CHECK(g.count(event_kind::worker_failed) == 0);
}

TEST_CASE(
  "outputs of a producer that died are failures, and are written by the "
  "next one") {
  scripted_group g;
  g.config.batch_size = 1;
  g.handlers.answer = transform;
  start_with(g, 2);
  g.kill_producer();
  CHECK(g.last(event_kind::worker_failed).code == errc::output_failed);
  g.advance(1s);
  CHECK(g.producers == 2);
  REQUIRE(g.writer->sent.size() == 3);
  g.deliver(2);
  g.deliver(3);
  CHECK(g.status(0).watermark == 2);
}

TEST_CASE("a record that came alone and whose outputs are not written in time "
          "ends the isolation without blame") {
  scripted_group g;
  g.config.ack_timeout = 5s;
  bool fails = true;
  g.handlers.answer = [&](const message_batch& x) {
    return std::exchange(fails, false) ? handler_answer::failed("who?")
                                       : transform(x);
  };
  start_with(g, 2);
  g.advance(100ms);
  REQUIRE(keys(g) == strings{"0"});
  g.advance(5s);
  CHECK(g.last(event_kind::blame_unknown).offset == 0);
  CHECK(g.count(event_kind::record_failed) == 0);
  g.advance(10s);
  CHECK(g.handlers.offsets() == offsets{0, 1, 0}); // its reports are to come
  g.deliver(0);
  CHECK(g.status(0).watermark == 1);
  CHECK(g.handlers.offsets() == offsets{0, 1, 0, 1});
}

TEST_CASE("acks are not overdue while outputs are on their way") {
  scripted_group g;
  g.config.batch_size = 1;
  g.config.prefetch_count = 1;
  g.config.prefetch_bytes = 1;
  g.config.ack_timeout = 5s;
  g.handlers.answer = [](const message_batch& x) {
    return x.first_offset() == 1 ? transform(x) : handler_answer::no_ack();
  };
  start_with(g, 4);
  g.advance(20s);
  CHECK(g.count(event_kind::acks_overdue) == 0);
  g.deliver(0); // frees two records, and the next two fill the window
  g.advance(20s);
  CHECK(g.count(event_kind::acks_overdue) > 0);
}

TEST_CASE("acks are not overdue where ack-ranges-max holds delivery up") {
  scripted_group g;
  g.config.ack_ranges_max = 1;
  g.config.prefetch_count = 0;
  g.config.prefetch_bytes = 25;
  g.config.ack_timeout = 5s;
  g.handlers.answer = [](const message_batch&) {
    return handler_answer::no_ack();
  };
  for (std::size_t bytes : {10, 1, 30})
    g.append(0, 1, bytes);
  start_with(g, 0);
  REQUIRE(g.status(0).window_records == 3);
  g.ack_individual(0, {1});
  g.settle();
  REQUIRE(g.count(event_kind::delivery_waits) == 1);
  g.advance(20s);
  CHECK(g.count(event_kind::acks_overdue) == 0);
}
