// Records that are got past by their dead letters: the group's producer is a
// scripted one, so that reports come when the test says so.

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

auto rejects(offset_t offset) {
  return [=](const message_batch& x) {
    return holds(x, offset) ? handler_answer::reject(offset, "no customer")
                            : handler_answer::ack();
  };
}

auto fails_with(partition_t p, offset_t offset) {
  return [=](const message_batch& x) {
    return x.partition() == p && holds(x, offset)
             ? handler_answer::failed("poison")
             : handler_answer::ack();
  };
}

void write_letters(scripted_group& g, std::size_t retries = 0) {
  g.config.on_failure.retries = retries;
  g.config.on_failure.then = {step::dead_letter};
}

std::optional<std::string> header_of(const output& x, const std::string& name) {
  for (auto& y : x.headers)
    if (y.name == name)
      return y.value;
  return std::nullopt;
}

/// The highest offset that a commit was asked for.
offset_t committed_to(const scripted_group& g) {
  offset_t result = -1;
  for (auto& x : g.coordinator.commits)
    for (auto& y : x.entries)
      result = std::max(result, y.offset);
  return result;
}

} // namespace

// -- the report comes first ---------------------------------------------------

TEST_CASE(
  "no offset at or above a failed record is committed before the report "
  "of its dead letter") {
  scripted_group g;
  write_letters(g);
  g.handlers.answer = rejects(2);
  start_with(g, 5);
  g.append(0, 20);
  g.advance(20s);
  CHECK(committed_to(g) == 2);
  CHECK(g.handlers.offsets().back() == 24); // delivery goes on behind it
  CHECK(g.status(0).watermark == 2);
  CHECK(g.status(0).window_records == 1);
  g.ack(0, 24); // leaves it out
  g.settle();
  CHECK(g.status(0).watermark == 2);
  g.deliver(0, 7);
  CHECK(g.status(0).watermark == 25);
  CHECK(g.status(0).dead_lettered == 1);
  CHECK(g.status(0).window_records == 0);
  REQUIRE(g.count(event_kind::dead_lettered) == 1);
  CHECK(g.last(event_kind::dead_lettered).offset == 2);
  CHECK(g.last(event_kind::dead_lettered).text == "dlq.g-0@7");
  g.advance(6s);
  CHECK(committed_to(g) == 25);
}

TEST_CASE("a dead letter has its record's bytes and says why") {
  auto how = GENERATE("rejected", "std::runtime_error");
  scripted_group g;
  write_letters(g);
  g.handlers.answer = [&](const message_batch& x) -> handler_answer {
    if (how == std::string{"rejected"})
      return handler_answer::reject(x.first_offset(), "no customer");
    throw std::runtime_error{"no customer"};
  };
  start_with(g, 1);
  REQUIRE(g.writer->sent.size() == 1);
  auto& letter = g.writer->sent[0].record;
  CHECK(letter.topic == "dlq.g");
  CHECK(letter.partition == 0);
  CHECK(letter.value->size() == 10);
  CHECK(header_of(letter, "__dlq.errors.topic") == "t");
  CHECK(header_of(letter, "__dlq.errors.offset") == "0");
  CHECK(header_of(letter, "__dlq.errors.delivery.count") == "1");
  CHECK(header_of(letter, "__dlq.errors.message") == "no customer");
  CHECK(header_of(letter, "__cafka.errors.class") == how);
  CHECK(header_of(letter, "__cafka.errors.client") == "c");
}

TEST_CASE("a partition whose record is on its way past the handler waits, and "
          "no other notices") {
  scripted_group g;
  write_letters(g);
  g.config.batch_size = 1;
  g.handlers.answer = fails_with(0, 1);
  g.append(0, 4);
  g.append(1, 2);
  g.start_manager();
  g.assign({0, 1});
  g.settle();
  CHECK(g.status(0).state == partition_state::disposing);
  CHECK(g.status(0).failing_offset == 1);
  CHECK(g.handlers.offsets(0) == offsets{0, 1});
  g.append(1, 3);
  g.advance(10min);
  CHECK(g.handlers.offsets(1) == offsets{0, 1, 2, 3, 4});
  CHECK(g.status(1).restarts == 0);
  CHECK(g.coordinator.done.empty());
}

TEST_CASE("once the report has come the successor begins without a backoff") {
  scripted_group g;
  write_letters(g);
  g.config.batch_size = 1;
  g.handlers.answer = fails_with(0, 1);
  start_with(g, 4);
  REQUIRE(g.writer->sent.size() == 1);
  g.deliver(0);
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 3});
  CHECK(g.status(0).watermark == 4);
  CHECK(g.status(0).state == partition_state::running);
  CHECK(g.coordinator.seeks.empty());
}

// -- dead letters that cannot be written --------------------------------------

TEST_CASE(
  "a dead letter that cannot be written is tried again without end, and "
  "the offset stays") {
  scripted_group g;
  write_letters(g);
  g.config.batch_size = 1;
  g.handlers.answer = fails_with(0, 0);
  start_with(g, 3);
  for (std::size_t i = 0; i < 8; ++i) {
    REQUIRE(g.writer->sent.size() == i + 1);
    g.refuse(i);
    CHECK(g.count(event_kind::dead_letter_failed) == i + 1);
    CHECK(g.status(0).next_try_ms > 0);
    g.advance(31s);
  }
  CHECK(g.last(event_kind::dead_letter_failed).code
        == errc::dead_letter_failed);
  CHECK(g.last(event_kind::dead_letter_failed).text
        == "topic dlq.g: needs WRITE");
  CHECK(g.status(0).watermark == 0);
  CHECK(g.handlers.offsets() == offsets{0});
  g.deliver(8);
  CHECK(g.handlers.offsets() == offsets{0, 1, 2});
  CHECK(g.status(0).watermark == 3);
}

TEST_CASE("a dead letter that cannot be written gives way to the next step") {
  scripted_group g;
  write_letters(g);
  g.config.on_failure.then.push_back(step::skip);
  g.config.batch_size = 1;
  g.handlers.answer = fails_with(0, 0);
  start_with(g, 3);
  g.refuse(0);
  CHECK(g.count(event_kind::dead_letter_failed) == 1);
  CHECK(g.count(event_kind::record_skipped) == 1);
  CHECK(g.status(0).watermark == 3);
}

TEST_CASE("a dead letter without a report is tried again") {
  scripted_group g;
  write_letters(g);
  g.handlers.answer = rejects(0);
  start_with(g, 1);
  g.advance(33s);
  CHECK(g.count(event_kind::dead_letter_failed) == 1);
  g.advance(1s);
  REQUIRE(g.writer->sent.size() == 2);
  g.deliver(0); // late: void
  CHECK(g.count(event_kind::dead_lettered) == 0);
  CHECK(g.status(0).watermark == 0);
  g.deliver(1);
  CHECK(g.status(0).watermark == 1);
}

TEST_CASE("what a producer that died had no report for is written by the next "
          "one") {
  scripted_group g;
  write_letters(g);
  g.handlers.answer = rejects(0);
  start_with(g, 2);
  REQUIRE(g.writer->sent.size() == 1);
  g.kill_producer();
  CHECK(g.count(event_kind::dead_letter_failed) == 1);
  CHECK(g.status(0).watermark == 0);
  g.advance(1s);
  CHECK(g.producers == 2);
  REQUIRE(g.writer->sent.size() == 2);
  g.deliver(1);
  CHECK(g.status(0).watermark == 2);
  CHECK(g.count(event_kind::worker_failed) == 0);
  CHECK(g.incarnations == 0);
}

TEST_CASE("an individual ack of a record whose dead letter is away counts if "
          "the report is bad") {
  auto is_written = GENERATE(true, false);
  scripted_group g;
  write_letters(g);
  g.handlers.answer = rejects(0);
  start_with(g, 2);
  CHECK(g.ask_ack(0, {0}, false).result == ack_result::withheld);
  CHECK(g.status(0).watermark == 0);
  if (is_written)
    g.deliver(0);
  else
    g.refuse(0);
  CHECK(g.status(0).watermark == 2);
  CHECK(g.status(0).dead_lettered == (is_written ? 1 : 0));
  g.advance(1min);
  CHECK(g.writer->sent.size() == 1);
}

// -- partitions that leave ----------------------------------------------------

TEST_CASE("a revoke waits for the report of a dead letter, and commits what it "
          "acks") {
  scripted_group g;
  write_letters(g);
  g.handlers.answer = rejects(0);
  start_with(g, 2);
  g.revoke({0});
  g.advance(5s);
  CHECK(g.coordinator.done.empty());
  g.deliver(0);
  CHECK(g.last_commit() == std::map<partition_t, offset_t>{{0, 2}});
  CHECK(g.coordinator.done.size() == 1);
}

TEST_CASE(
  "a revoke waits for a report no longer than drain-timeout, and a later "
  "one has no effect") {
  scripted_group g;
  write_letters(g);
  g.handlers.answer = rejects(1);
  start_with(g, 2);
  g.revoke({0});
  g.advance(10s);
  CHECK(g.coordinator.done.size() == 1);
  CHECK(g.last_commit() == std::map<partition_t, offset_t>{{0, 1}});
  auto commits = g.coordinator.commits.size();
  g.assign({0}, 1);
  g.handlers.answer = [](const message_batch&) {
    return handler_answer::no_ack();
  };
  g.settle();
  g.deliver(0);
  g.advance(10s);
  CHECK(g.status(0).watermark == 1);
  CHECK(g.coordinator.commits.size() == commits);
  CHECK(g.count(event_kind::dead_lettered) == 0);
  CHECK(g.status().stale_dropped > 0);
}

TEST_CASE("a stop waits for the report of a dead letter") {
  scripted_group g;
  write_letters(g);
  g.handlers.answer = rejects(0);
  start_with(g, 2);
  g.stop();
  g.advance(20s);
  CHECK_FALSE(g.ended());
  g.deliver(0);
  CHECK(g.ended());
  CHECK(g.last_commit() == std::map<partition_t, offset_t>{{0, 2}});
}

TEST_CASE("a dead letter that fails while the partition drains is left to who "
          "reads next") {
  scripted_group g;
  write_letters(g);
  g.handlers.answer = rejects(0);
  start_with(g, 2);
  g.revoke({0});
  g.settle();
  g.refuse(0);
  CHECK(g.coordinator.done.size() == 1);
  CHECK(committed_to(g) <= 0);
}

// -- the topic ----------------------------------------------------------------

TEST_CASE(
  "a group whose topic for dead letters is missing ends with that cause "
  "before it hands out a record") {
  scripted_group g;
  write_letters(g);
  g.letter_partitions = 0;
  g.append(0, 3);
  g.start_supervisor();
  g.assign({0});
  g.advance(1min);
  REQUIRE(g.ended());
  CHECK(code_of(*g.ended()) == errc::dead_letter_topic_missing);
  CHECK_THAT(text_of(*g.ended()), has_text("dlq.g"));
  CHECK(g.handlers.calls.empty());
  CHECK(g.incarnations == 1);
}

TEST_CASE("no record is handed out before it is known whether the topic for "
          "dead letters is there") {
  scripted_group g;
  write_letters(g);
  g.letter_partitions = -1;
  g.append(0, 3);
  g.append(1, 1);
  g.start_manager();
  g.assign({0});
  g.advance(1min);
  g.assign({1});
  g.advance(1min);
  CHECK(g.handlers.log.empty());
  CHECK(g.status(0).state == partition_state::starting);
  g.letter_partitions = 4;
  g.advance(6s); // it is asked again
  CHECK(g.handlers.offsets(0) == offsets{0, 1, 2});
  CHECK(g.handlers.offsets(1) == offsets{0});
}

TEST_CASE("a topic for dead letters that is deleted while the group runs ends "
          "no later incarnation of it") {
  scripted_group g;
  write_letters(g);
  g.append(0, 3);
  g.start_supervisor();
  g.assign({0});
  g.settle();
  g.kill_manager();
  g.letter_partitions = 0;
  g.advance(2s);
  REQUIRE(g.incarnations == 2);
  g.assign({0}, 3);
  g.append(0, 1);
  g.advance(1s);
  CHECK_FALSE(g.ended());
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 3});
}

TEST_CASE("a group that writes no dead letters has no producer") {
  scripted_group g;
  g.config.on_failure.retries = 0;
  g.config.on_failure.then = {step::skip};
  g.handlers.answer = rejects(0);
  start_with(g, 2);
  CHECK(g.producers == 0);
  CHECK(g.status(0).watermark == 2);
}

// -- how healthy that is ------------------------------------------------------

TEST_CASE("a partition whose dead letter cannot be written is unhealthy, with "
          "the cause and the time of the next try") {
  auto is_rejected = GENERATE(false, true);
  scripted_group g;
  write_letters(g);
  g.handlers.answer = [=](const message_batch& x) {
    return is_rejected ? handler_answer::reject(x.first_offset(), "poison")
                       : handler_answer::failed("poison");
  };
  start_with(g, 1);
  CHECK(g.status(0).healthy);
  g.refuse(0);
  auto status = g.status(0);
  CHECK(status.health == partition_health::failing);
  CHECK(status.health_text
        == "offset 0 failed, and the dead letter of it could not be written; "
           "dead_letter_failed: topic dlq.g: needs WRITE");
  CHECK(status.next_try_ms > 0);
  g.advance(100ms);
  CHECK_FALSE(g.status(0).healthy); // it is tried again
  g.deliver(1);
  CHECK(g.status(0).healthy);
  CHECK(g.status(0).next_try_ms == -1);
}

TEST_CASE("a partition is as unhealthy as the record of it that failed most") {
  scripted_group g;
  g.config.batch_size = 1;
  g.handlers.answer = [](const message_batch&) {
    return handler_answer::no_ack();
  };
  start_with(g, 2);
  g.nack(0, 0, true);
  g.settle();
  g.nack(0, 1, true); // while its worker has none
  g.nack(0, 1, true);
  g.settle();
  CHECK(g.status(0).failing_offset == 0);
  CHECK(g.status(0).health == partition_health::failing);
  CHECK_THAT(g.status(0).health_text, has_text("offset 1 failed 2 times"));
}
