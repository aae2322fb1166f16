// Records that operators want got past.

#include "support/scripted_group.hpp"

using namespace cafka;
using namespace cafka::test;

namespace {

using step = failure_step;

dispose_record dispose(offset_t offset, step how = step::skip) {
  return {"t", 0, offset, how, "ann", "no customer"};
}

/// A record's handler fails until it is mended.
struct failing_group : scripted_group {
  explicit failing_group(offset_t offset = 1) {
    config.restart_backoff_min = 10s;
    config.restart_backoff_max = 10s;
    handlers.answer = [this, offset](const message_batch& x) {
      for (auto y : x)
        if (y.offset() == offset && !mended)
          return handler_answer::failed_at(offset, "poison");
      return handler_answer::ack();
    };
  }
  void start(int records = 3) {
    append(0, records);
    start_manager();
    assign({0});
    settle();
  }
  bool mended = false;
};

} // namespace

TEST_CASE("the failing record is skipped by an operator, and its partition "
          "goes on at once") {
  failing_group g;
  g.start();
  REQUIRE(g.status(0).failing_offset == 1);
  auto reply = g.intend(dispose(1));
  CHECK(result_of(reply) == operation_result::done);
  CHECK((*reply)->text == "skipped");
  CHECK((*reply)->offset == 1);
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 2});
  CHECK(g.status(0).watermark == 3);
  CHECK(g.status(0).skipped == 1);
  CHECK(g.last(event_kind::dispose_asked).who == "ann");
  CHECK(g.last(event_kind::dispose_asked).text == "skip: no customer");
  CHECK(g.last(event_kind::record_skipped).offset == 1);
  g.advance(6s);
  CHECK(g.last_commit() == std::map<partition_t, offset_t>{{0, 3}});
}

TEST_CASE("a dispose is void where the call that runs handles the record") {
  failing_group g;
  g.start();
  std::shared_ptr<std::optional<operation_reply>> reply;
  g.mended = true;
  g.handlers.during_call = [&] {
    reply = g.post_intent(dispose(1));
    CHECK_FALSE(reply->has_value()); // it waits
  };
  g.advance(10s);
  REQUIRE(reply);
  CHECK(result_of(reply) == operation_result::handled);
  CHECK(g.status(0).skipped == 0);
  CHECK(g.status(0).watermark == 3);
}

TEST_CASE("a dispose counts when the call that runs fails once more") {
  failing_group g;
  g.start();
  std::shared_ptr<std::optional<operation_reply>> reply;
  g.handlers.during_call = [&] { reply = g.post_intent(dispose(1)); };
  g.advance(10s);
  REQUIRE(reply);
  CHECK(result_of(reply) == operation_result::done);
  CHECK(g.status(0).skipped == 1);
  CHECK(g.status(0).watermark == 3);
}

TEST_CASE("a dispose that names another record than the failing one is "
          "refused") {
  failing_group g;
  g.start();
  auto offset = GENERATE(0, 2, 7);
  auto reply = g.intend(dispose(offset));
  CHECK(result_of(reply) == operation_result::not_failing);
  CHECK((*reply)->text
        == "offset " + std::to_string(offset)
             + " does not fail; offset 1 does");
  CHECK(g.status(0).watermark == 1);
  CHECK(g.last(event_kind::operation_refused).offset == offset);
  CHECK(g.count(event_kind::record_skipped) == 0);
}

TEST_CASE("a dispose is refused by name while nobody knows which record "
          "fails") {
  scripted_group g;
  g.handlers.answer = [](const message_batch&) {
    return handler_answer::failed("down");
  };
  g.append(0, 3);
  g.start_manager();
  g.assign({0});
  g.settle();
  CHECK(result_of(g.intend(dispose(0))) == operation_result::blame_unknown);
  g.advance(100ms); // the first one fails alone
  CHECK(result_of(g.intend(dispose(0))) == operation_result::done);
}

TEST_CASE("an operator's dead letter moves the watermark by its report") {
  failing_group g;
  g.start();
  auto reply = g.intend(dispose(1, step::dead_letter));
  REQUIRE(g.writer->sent.size() == 1);
  CHECK(g.writer->sent[0].record.topic == "dlq.g");
  CHECK_FALSE(reply->has_value());
  CHECK(g.status(0).state == partition_state::disposing);
  CHECK(g.status(0).watermark == 1);
  CHECK(result_of(g.intend(dispose(1))) == operation_result::busy);
  g.deliver(0, 7);
  CHECK(result_of(reply) == operation_result::done);
  CHECK((*reply)->text == "written to dlq.g-0@7");
  CHECK(g.status(0).watermark == 3);
  CHECK(g.status(0).dead_lettered == 1);
}

TEST_CASE("an operator's dead letter that cannot be written leaves the record "
          "where it was") {
  failing_group g;
  g.start();
  auto reply = g.intend(dispose(1, step::dead_letter));
  g.refuse(0);
  CHECK(result_of(reply) == operation_result::dead_letter_failed);
  CHECK(g.status(0).watermark == 1);
  g.mended = true;
  g.advance(10s);
  CHECK(g.status(0).watermark == 3);
  CHECK(g.handlers.offsets().back() == 2);
}

TEST_CASE("an operator's dead letter is refused where there is no topic for "
          "it") {
  auto topic = GENERATE("", "t", "__dlq");
  failing_group g;
  g.config.on_failure.dead_letter.topic = topic;
  g.start();
  CHECK(result_of(g.intend(dispose(1, step::dead_letter)))
        == operation_result::no_dead_letter_topic);
  CHECK(g.writer->sent.empty());
  CHECK(result_of(g.intend(dispose(1))) == operation_result::done);
}

TEST_CASE("a step that gets past no record is invalid") {
  failing_group g;
  g.start();
  CHECK(result_of(g.intend(dispose(1, step::stop_partition)))
        == operation_result::invalid);
}

TEST_CASE("a record is got past while its partition is paused") {
  failing_group g;
  g.start();
  g.intend(pause_partitions{"t", 0, "ann", "look"});
  g.advance(10s); // the next worker waits
  CHECK(g.handlers.calls.size() == 1);
  CHECK(result_of(g.intend(dispose(1))) == operation_result::done);
  CHECK(g.status(0).watermark == 2);
  CHECK(g.handlers.calls.size() == 1);
  g.intend(resume_partitions{"t", 0, "ann", "done"});
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 2});
}

TEST_CASE("a dispose that waits is answered when its partition is taken") {
  auto lost = GENERATE(false, true);
  failing_group g;
  g.start();
  std::shared_ptr<std::optional<operation_reply>> reply;
  g.handlers.during_call = [&] {
    reply = g.post_intent(dispose(1));
    lost ? g.lose({0}) : g.revoke({0});
    g.actors.run();
  };
  g.advance(10s);
  REQUIRE(reply);
  CHECK(result_of(reply) == operation_result::given_back);
  CHECK(g.count(event_kind::record_skipped) == 0);
}

TEST_CASE("a revoke waits for the dead letter that an operator ordered") {
  failing_group g;
  g.start();
  auto reply = g.intend(dispose(1, step::dead_letter));
  g.revoke({0});
  g.settle();
  CHECK(g.coordinator.done.empty());
  g.deliver(0);
  CHECK(result_of(reply) == operation_result::done);
  CHECK(g.last_commit() == std::map<partition_t, offset_t>{{0, 2}});
  CHECK(g.coordinator.done.size() == 1);
}

TEST_CASE("a partition that stopped for a record goes on when an operator got "
          "past it") {
  failing_group g;
  g.config.on_failure.retries = 0;
  g.config.on_failure.then = {step::stop_partition};
  g.start();
  REQUIRE(g.status(0).state == partition_state::exhausted);
  CHECK(result_of(g.intend(dispose(1))) == operation_result::done);
  CHECK(g.status(0).watermark == 3);
  CHECK(g.status(0).state == partition_state::running);
}

TEST_CASE("a manager that dies leaves no intent unanswered") {
  failing_group g;
  g.append(0, 3);
  g.start_supervisor();
  g.assign({0});
  g.settle();
  auto reply = g.intend(dispose(1, step::dead_letter));
  CHECK_FALSE(reply->has_value());
  g.kill_manager();
  g.settle();
  CHECK(result_of(reply) == operation_result::unavailable);
}
