#include "kafka/statistics.hpp"

#include "support/catch.hpp"
#include "support/kafka_client_driver.hpp"

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

using bytes = std::map<topic_partition, std::size_t>;

TEST_CASE("statistics say how many bytes wait in the queue of each partition") {
  CHECK(
    kafka::queued_bytes_in(
      R"({ "name": "a", "ts":1, "brokers":{ "b:1": { "x": [ 1, {"y":2} ] } },)"
      R"( "topics":{ "t":{ "topic":"t", "batchsize": { "min":0 }, )"
      R"("partitions":{ "0":{ "partition":0, "fetchq_cnt":2, )"
      R"("fetchq_size":700, "msgs":5} , "1":{ "fetchq_size":0 },)"
      R"( "-1":{ "fetchq_size":3 } } } , "u":{ "partitions":{ "7":{)"
      R"("fetchq_size":9}}} }, "cgrp":{ "fetchq_size":4 } })")
    == bytes{{{"t", 0}, 700}, {{"t", 1}, 0}, {{"u", 7}, 9}});
}

TEST_CASE("what is no statistics says nothing") {
  CHECK(kafka::queued_bytes_in("").empty());
  const std::string whole
    = R"({"topics":{"t":{"partitions":{"0":{"fetchq_size":7}}}}})";
  CHECK(kafka::queued_bytes_in(whole).size() == 1);
  for (std::size_t i = 0; i + 6 < whole.size(); ++i) // cut anywhere before it
    CHECK(kafka::queued_bytes_in(whole.substr(0, i)).empty());
  CHECK(kafka::queued_bytes_in(std::string(100'000, '[')).empty());
  CHECK(
    kafka::queued_bytes_in(R"({"topics":{"t":{"partitions":{"x":{"fetchq_size")"
                           R"(:7},"0":{"fetchq_size":"7"}}}}})")
      .empty());
}

TEST_CASE("where statistics are wanted a source knows the bytes that wait in "
          "its queue") {
  bell b;
  kafka::mock_cluster cluster;
  cluster.create_topic("t", 1);
  topic_partition tp{"t", 0};
  appender{cluster}.append(tp, 5, 1'000);
  client_driver member{b, member_of(cluster, "g",
                                    {{"statistics.interval.ms", "50"}})};
  REQUIRE(member.join({"t"}).size() == 1);
  auto& source = *member.source(tp);
  CHECK(b.await([&] {
    member.pump();
    return source.queued_bytes().value_or(0) >= 5'000;
  }));
  CHECK(source.queued_bytes() < 6'000u);
  REQUIRE(drain_until(b, source,
                      [&](const core::fetched&) { return source.at_end(); }));
  CHECK(b.await([&] {
    member.pump();
    return source.queued_bytes() == 0u;
  }));
}

TEST_CASE("without statistics a source does not know how many bytes wait") {
  bell b;
  kafka::mock_cluster cluster;
  cluster.create_topic("t", 1);
  client_driver member{b, member_of(cluster, "g")};
  REQUIRE(member.join({"t"}).size() == 1);
  CHECK(member.source({"t", 0})->queued_bytes() == std::nullopt);
}
