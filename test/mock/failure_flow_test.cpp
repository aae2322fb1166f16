// A group whose handler fails, or answers with outputs, over a mock cluster.

#include "support/group_fixture.hpp"

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

constexpr std::int16_t topic_authorization_failed = 29; // Kafka protocol
constexpr std::int16_t produce_request = 0;             // its API key
constexpr std::int16_t message_too_large = 10;

/// Throws whatever call holds the record.
auto throws_at(offset_t offset) {
  return [=](const message_batch& x) {
    for (auto y : x)
      if (y.offset() == offset)
        throw std::runtime_error("poison");
    return handler_answer::ack();
  };
}

group_options writing_letters(group_fixture& f) {
  f.cluster.create_topic("dlq.g", 1);
  auto result = f.options();
  result.config.on_failure.retries = 1;
  result.config.on_failure.then = {failure_step::dead_letter};
  return result;
}

} // namespace

TEST_CASE("a poison record goes to the dead letters, and all around it is "
          "handled and committed") {
  group_fixture f{2};
  f.produce(0, 10);
  f.produce(1, 10);
  auto options = writing_letters(f);
  options.handler = f.noting([](const message_batch& x) {
    return x.partition() == 0 ? throws_at(5)(x) : handler_answer::ack();
  });
  f.start(options);
  CHECK(f.await_committed(0, 10));
  CHECK(f.await_committed(1, 10));
  REQUIRE(f.await_event(event_kind::dead_lettered));
  auto letter = f.events(event_kind::dead_lettered).front();
  CHECK(letter.offset == 5);
  CHECK(letter.text == "dlq.g-0@0");
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
  CHECK(f.count(event_kind::dead_lettered) == 1);
}

TEST_CASE("while its dead letter is refused, or too large, nothing behind a "
          "record is committed and nothing is lost") {
  auto how = GENERATE(topic_authorization_failed, message_too_large);
  group_fixture f;
  f.produce(0, 10);
  auto options = writing_letters(f);
  door last_try;
  options.handler = f.noting([&](const message_batch& x) {
    if (x[0].failure_count() > 0)
      last_try.pass();
    return throws_at(5)(x);
  });
  f.start(options);
  REQUIRE(last_try.await_visitor());
  f.cluster.inject(produce_request, std::vector<std::int16_t>(1'000, how));
  last_try.open();
  REQUIRE(f.await_event(event_kind::dead_letter_failed, 2));
  for (auto& x : f.events(event_kind::committed))
    CHECK(x.offset <= 5);
  CHECK(f.count(event_kind::dead_lettered) == 0);
  f.cluster.clear_injected(produce_request);
  CHECK(f.await_committed(0, 10));
  CHECK(f.count(event_kind::dead_lettered) == 1);
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
}

TEST_CASE("a group whose topic for dead letters is not at the brokers ends "
          "before it hands out a record") {
  group_fixture f;
  f.produce(0, 10);
  auto options = f.options();
  options.config.on_failure.then = {failure_step::dead_letter};
  // The mock cluster makes topics that are asked for; such a name is none.
  options.config.on_failure.dead_letter.topic = "dlq.g";
  f.cluster.fail_topic("dlq.g", 3); // unknown topic or partition
  options.handler = f.noting([](auto&) { return handler_answer::ack(); });
  f.start(options);
  auto why = f.await_end();
  CHECK(code_of(why) == errc::dead_letter_topic_missing);
  CHECK(f.delivered().empty());
}

TEST_CASE("a batch is committed when all that was made of it is written") {
  group_fixture f;
  f.cluster.create_topic("out", 1);
  f.produce(0, 1'000);
  auto options = f.options();
  options.config.batch_size = 50;
  options.handler = f.noting([](const message_batch& x) {
    std::vector<output> made;
    for (auto y : x)
      made.push_back({"out", 0, std::nullopt, std::to_string(y.offset())});
    return handler_answer::ack().after(std::move(made));
  });
  f.start(options);
  CHECK(f.await_committed(0, 1'000));
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
  CHECK(f.count(event_kind::worker_failed) == 0);
  CHECK(f.delivered(0) == up_to(1'000));
}
