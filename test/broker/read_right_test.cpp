// The right to read a topic goes and comes while a reader lags.

#include "broker_support/scenario.hpp"
#include "broker_support/topic_right.hpp"

#include "support/catch.hpp"

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

/// More lines of records than fit into a pipe, so that the handler blocks with
/// 1,000 and more behind it; no multiple of a batch of 500, so that a refusal
/// lies within what is drained at once.
constexpr int records = 1'730;

} // namespace

TEST_CASE("the right to read goes and comes while a reader lags, and no record "
          "is lost") {
  cluster kafka{"kafka-1"};
  scenario::options options;
  options.partitions = 1;
  options.session_timeout_ms = 30'000; // it stays a member
  // A commit needs the right, too, and ends a group that has none: this one
  // commits at its end alone, where there is something committed already.
  options.properties = {"auto.commit.interval.ms=600000",
                        "fetch.max.wait.ms=100"};
  scenario run{kafka, options};
  auto& first = run.join("first");
  run.await_balance({&first});
  run.produce(1);
  run.await_all();
  CHECK(run.leave(first) == 0);
  topic_right right{kafka, run.topic(), topic_right::use::read};
  auto& slow = run.join("slow", {"--enable-autocommit", "--verbose"});
  run.await_balance({&slow});
  for (int i = 1; i <= 2; ++i) {
    run.produce(records);
    auto before = right.refused_fetches();
    right.take_away();
    // Nobody reads the member's output meanwhile.
    REQUIRE(right.await_refusal(before, 60s));
    right.give_back();
    run.produce(records); // behind the refusal
    run.await("everything is handled",
              [&] { return run.facts().missing().empty(); });
  }
  CHECK(run.leave(slow) == 0);
  CHECK_THAT(slow.err(), has_text("TOPIC_AUTHORIZATION_FAILED"));
  CHECK(run.finish() == "");
}
