#include "broker_support/scenario.hpp"
#include "broker_support/transactions.hpp"

#include "support/catch.hpp"

#include <fstream>

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

/// New partitions are noticed within a second.
const std::vector<std::string> quick_metadata{
  "topic.metadata.refresh.interval.ms=1000"};

scenario::options one_partition() {
  scenario::options x;
  x.partitions = 1;
  x.properties = quick_metadata;
  return x;
}

} // namespace

TEST_CASE("what is written to new partitions before they are noticed is read") {
  cluster kafka{"kafka-1"};
  scenario::options x;
  x.partitions = 2;
  x.properties = quick_metadata;
  // Partitions without a committed offset begin at the end, but for new ones.
  x.reset_policy = "latest";
  scenario run{kafka, x};
  auto& a = run.join("a");
  run.await_balance({&a});
  run.produce(100);
  run.await_all();
  kafka.grow_topic(run.topic(), 5);
  run.produce_to(5);
  run.produce(500);
  run.await_balance({&a});
  CHECK(run.finish() == "");
}

TEST_CASE("a topic that is deleted and made again is read from its begin") {
  cluster kafka{"kafka-1"};
  scenario run{kafka, one_partition()};
  auto& a = run.join("a");
  run.await_balance({&a});
  run.produce(100);
  run.await_all();
  kafka.delete_topic(run.topic());
  run.await("the member was told",
            [&] { return run.facts().held_by("a").empty(); });
  run.facts().deleted(run.topic());
  kafka.create_topic(run.topic(), 1);
  run.produce(50);
  run.await_balance({&a});
  CHECK(run.finish() == "");
}

TEST_CASE("retention that passes the position goes on at the earliest record") {
  cluster kafka{"kafka-1"};
  scenario run{kafka, one_partition()};
  auto& a = run.join("a");
  run.await_balance({&a});
  run.produce(100);
  run.await_all();
  CHECK(run.leave(a) == 0);
  run.produce(200);
  kafka.delete_records(run.partition(0), 250);
  run.facts().removed(run.partition(0), 250);
  auto& b = run.join("b");
  run.await_balance({&b});
  run.await_all();
  CHECK_THAT(b.err(), has_text(" reset generation="));
  CHECK(run.facts().handled_count() == 150);
  CHECK(run.finish() == "");
}

TEST_CASE("retention that passes the position goes on at the latest record") {
  cluster kafka{"kafka-1"};
  scenario run{kafka, one_partition()};
  auto& a = run.join("a");
  run.await_balance({&a});
  run.produce(100);
  run.await_all();
  CHECK(run.leave(a) == 0);
  run.produce(200);
  kafka.delete_records(run.partition(0), 250);
  run.facts().removed(run.partition(0), 300); // the policy gives up the rest
  run.reset_policy("latest");
  auto& b = run.join("b");
  run.await_balance({&b});
  run.await("b begins at the end", [&] {
    return b.err().find(" reset generation=") != std::string::npos;
  });
  run.await_all();
  run.produce(10);
  run.await_all();
  CHECK(run.facts().handled_count() == 110);
  CHECK(run.finish() == "");
}

TEST_CASE("retention that passes a running member is a reset, and an event") {
  cluster kafka{"kafka-1"};
  auto options = one_partition();
  options.session_timeout_ms = 30'000; // it stays a member
  scenario run{kafka, options};
  auto& a = run.join("a");
  run.await_balance({&a});
  run.produce(100);
  run.await_all();
  run.pause(a);
  run.produce(20'000);
  kafka.delete_records(run.partition(0), 20'050);
  run.facts().removed(run.partition(0), 20'050);
  a.send(SIGCONT);
  run.await_all();
  CHECK(run.finish() == "");
}

TEST_CASE("markers of transactions are no obstacle, aborted records not read") {
  cluster kafka{"kafka-1"};
  scenario run{kafka, one_partition()};
  auto& a = run.join("a");
  run.await_balance({&a});
  transactional_producer writer{kafka.endpoints(), run.topic() + "-writer"};
  for (int i = 0; i < 5; ++i) {
    for (auto offset : writer.commit(run.partition(0), 10))
      run.facts().produced(run.partition(0), offset);
    writer.abort(run.partition(0), 10);
  }
  run.await_all();
  CHECK(run.facts().handled_count() == 50);
  CHECK(run.finish() == "");
}

TEST_CASE("isolation.level read_uncommitted reads aborted records, too") {
  cluster kafka{"kafka-1"};
  auto options = one_partition();
  options.properties.push_back("isolation.level=read_uncommitted");
  scenario run{kafka, options};
  auto& a = run.join("a");
  run.await_balance({&a});
  transactional_producer writer{kafka.endpoints(), run.topic() + "-writer"};
  for (int i = 0; i < 5; ++i) {
    for (auto offset : writer.commit(run.partition(0), 10))
      run.facts().produced(run.partition(0), offset);
    for (auto offset : writer.abort(run.partition(0), 10))
      run.facts().produced(run.partition(0), offset);
  }
  run.await_all();
  CHECK(run.facts().handled_count() == 100);
  CHECK(run.finish() == "");
}

TEST_CASE("a compacted log is read across its gaps") {
  cluster kafka{"kafka-1"};
  auto options = one_partition();
  // A segment is rolled as soon as it may be, and cleaned at once.
  options.keys = 10;
  options.topic = {{"cleanup.policy", "compact"},
                   {"segment.ms", "100"},
                   {"min.cleanable.dirty.ratio", "0.001"}};
  scenario run{kafka, options};
  run.produce(1'000);
  run.await_time(1s); // the segment's age
  run.produce(20);
  auto cleaned = [&] {
    std::ifstream in{kafka.path("node-1/data/cleaner-offset-checkpoint")};
    std::string word;
    while (in >> word)
      if (word == run.topic())
        return true;
    return false;
  };
  run.await("the log is compacted", cleaned);
  // The newest of each key stays, and so does what came after them.
  run.facts().compacted(run.partition(0), {0, 990});
  auto& a = run.join("a");
  run.await_balance({&a});
  run.await_all();
  CHECK(run.facts().handled_count() < 1'020);
  CHECK(run.finish() == "");
}
