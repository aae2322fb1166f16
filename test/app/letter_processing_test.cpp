// What the group's handler gets of its dead letters, and what becomes of those
// that fail again.

#include "dead_letters/processing.hpp"
#include "support/catch.hpp"
#include "support/written_record.hpp"

#include <cafka/record_error.hpp>

#include <stdexcept>

using namespace cafka;
using namespace cafka::app;
using namespace cafka::test;

namespace {

using seen = std::vector<std::string>;

constexpr std::int64_t now_ms = 1'700'000'000'000;

group_config config() {
  group_config result;
  result.group = "g";
  return result;
}

/// At 7 in partition 3 of their topic, of the record at 42.
found_letter letter(const std::string& topic = "orders") {
  output own{topic, 1, "k", std::nullopt, {{"a", "1"}}};
  auto failed = written(own, 42, 1'234, timestamp_type::create_time);
  auto dead = core::make_dead_letter(failed.view(), {"g", "c", 3, "E", "why"},
                                     {"dlq.g", 4, true, header_style::kafka},
                                     now_ms);
  dead.partition = 3;
  auto record = written(dead, 7);
  auto says = core::read_dead_letter(record.view());
  REQUIRE(says);
  return {record, *says};
}

template <class F>
letter_result process(F f) {
  auto settings = config();
  letter_processing x{settings, make_handler(f)};
  auto result = x.process(letter(), now_ms);
  CHECK(x.failures() == (result.smaller ? 1 : 0));
  return result;
}

/// What the one record that is written says.
core::dead_letter letter_in(const letter_result& x) {
  REQUIRE(x.records.size() == 1);
  REQUIRE(x.smaller);
  CHECK(x.records[0].topic == "dlq.g");
  CHECK(x.records[0].partition == 3);
  CHECK(size_bytes(*x.smaller) <= size_bytes(x.records[0]));
  auto result = core::read_dead_letter(written(x.records[0], 0).view());
  REQUIRE(result);
  return *result;
}

struct closing_handler : message_handler {
  closing_handler(const handler_context& x, seen& to)
    : name(x.identity.topic), log(to) {
    log.push_back("built " + name);
  }
  ~closing_handler() override {
    log.push_back("destroyed " + name);
  }
  handler_answer handle(const message_batch&) override {
    log.push_back("called " + name);
    return handler_answer::ack();
  }
  void on_close(close_reason why) override {
    log.push_back("closed " + name + " " + to_string(why));
  }
  std::string name;
  seen& log;
};

} // namespace

TEST_CASE("a handler gets a dead letter as the record that it was") {
  int calls = 0;
  auto result = process([&calls](const message_batch& x) {
    ++calls;
    REQUIRE(x.size() == 1);
    CHECK(x.group() == "g");
    CHECK(x[0].id() == "orders-1@42");
    CHECK(x[0].key() == "k");
    CHECK(x[0].value() == std::nullopt);
    CHECK(x[0].timestamp() == std::chrono::milliseconds{1'234});
    CHECK(x[0].timestamp_kind() == timestamp_type::create_time);
    REQUIRE(x[0].header_count() == 2);
    CHECK(x[0].header_at(0).name == "a");
    CHECK(x[0].header_at(1).name == "__cafka.replay.count");
    CHECK(x[0].header_at(1).value == "1");
    return handler_answer::ack();
  });
  CHECK(calls == 1);
  CHECK(result.records.empty());
}

TEST_CASE("what a handler makes of a dead letter is written") {
  auto result = process([](const message_batch& x) {
    return handler_answer::ack_through(x.first_offset())
      .after({{"out", 2, "k", "v", {}}});
  });
  CHECK(result.records == std::vector<output>{{"out", 2, "k", "v", {}}});
}

TEST_CASE("a dead letter that fails again becomes one again, behind, with its "
          "newest cause and one failure more") {
  auto thrown = letter_in(process(
    [](const record&) { throw std::runtime_error{"still no customer"}; }));
  CHECK(thrown.source == topic_partition{"orders", 1});
  CHECK(thrown.offset == 42);
  CHECK(thrown.group == "g");
  CHECK(thrown.failures == 4u);
  CHECK(thrown.cause == "still no customer");
  CHECK(thrown.error_class == "std::runtime_error");
  CHECK(thrown.timestamp_ms == 1'234);
  CHECK(thrown.replays == 1);
  auto rejected = letter_in(process([](const message_batch& x) {
    return handler_answer::reject(x.first_offset(), "no");
  }));
  CHECK(rejected.cause == "no");
  CHECK(rejected.error_class == "rejected");
  auto by_exception
    = letter_in(process([](const message_batch& x) -> handler_answer {
        throw record_rejected{x.first_offset(), "never"};
      }));
  CHECK(by_exception.error_class == "rejected");
}

TEST_CASE("an answer without an ack leaves a dead letter one") {
  for (auto& answer :
       {handler_answer::no_ack(), handler_answer::continue_without_ack(),
        handler_answer::ack_through(41)}) {
    auto again
      = letter_in(process([answer](const message_batch&) { return answer; }));
    CHECK(again.failures == 4u);
    CHECK_FALSE(again.cause.empty());
  }
}

TEST_CASE("dead letters of one partition have one handler, which is closed at "
          "the end") {
  seen log;
  {
    auto settings = config();
    letter_processing x{settings, make_handler<closing_handler>(std::ref(log))};
    for (auto* topic : {"a", "b", "a"})
      x.process(letter(topic), now_ms);
  }
  CHECK(log
        == seen{"built a", "called a", "built b", "called b", "called a",
                "closed a stopped", "destroyed a", "closed b stopped",
                "destroyed b"});
}

TEST_CASE("a dead letter that no handler could be called with stays as it is") {
  auto settings = config();
  letter_processing unbuilt{
    settings, [](const handler_context&) -> std::unique_ptr<message_handler> {
      throw std::runtime_error{"no database"};
    }};
  auto result = unbuilt.process(letter(), now_ms);
  CHECK(result.undone == "no handler could be built: no database");
  CHECK(result.records.empty());
  CHECK(unbuilt.failures() == 0);
  int built = 0;
  letter_processing ending{settings, [&built](const handler_context& x) {
                             ++built;
                             return make_handler([x](const message_batch& y) {
                               x.end_worker({"exit 3"});
                               return handler_answer::ack_through(
                                 y.first_offset() - 1);
                             })(x);
                           }};
  result = ending.process(letter(), now_ms);
  CHECK(result.undone == "the handler ended before it had answered: exit 3");
  CHECK(result.records.empty());
  CHECK(ending.failures() == 0);
  CHECK(built == 3);
}

TEST_CASE(
  "the answer of a handler that ends behind its call counts for its dead "
  "letter") {
  int built = 0;
  auto settings = config();
  letter_processing ending{settings, [&built](const handler_context& x) {
                             ++built;
                             return make_handler([x](const message_batch&) {
                               x.end_worker({"exit 3", "exit 3", true});
                               return handler_answer::ack();
                             })(x);
                           }};
  for (int i = 0; i < 2; ++i)
    CHECK(ending.process(letter(), now_ms).undone.empty());
  CHECK(ending.failures() == 0);
  CHECK(built == 2);
}

TEST_CASE("a handler that failed, or ended, is built anew for the next dead "
          "letter") {
  seen log;
  std::function<void(worker_end)> end_worker;
  auto make = [&](const handler_context& x) {
    end_worker = x.end_worker;
    return std::make_unique<closing_handler>(x, log);
  };
  auto settings = config();
  {
    letter_processing x{settings, make};
    CHECK(x.process(letter("a"), now_ms).undone.empty());
    end_worker({}); // between two letters
    CHECK(x.process(letter("a"), now_ms).undone.empty());
    CHECK(x.failures() == 0);
  }
  CHECK(log
        == seen{"built a", "called a", "closed a failed", "destroyed a",
                "built a", "called a", "closed a stopped", "destroyed a"});
  int built = 0;
  auto failing = make_handler(
    [](const message_batch&) { return handler_answer::failed("no"); });
  letter_processing y{settings, [&](const handler_context& x) {
                        ++built;
                        return failing(x);
                      }};
  y.process(letter(), now_ms);
  y.process(letter(), now_ms);
  CHECK(built == 2);
  CHECK(y.failures() == 2);
}
