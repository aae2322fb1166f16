#include "kafka/producer.hpp"
#include "support/catch.hpp"
#include "support/faulty_cluster.hpp"

#include <map>

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

struct delivery {
  partition_t partition;
  offset_t offset;
  kafka::error failure;
};

struct reports {
  kafka::producer::report collect() {
    return [this](std::uint64_t tag, partition_t partition, offset_t offset,
                  const kafka::error& failure) {
      all[tag] = {partition, offset, failure};
    };
  }
  std::map<std::uint64_t, delivery> all;
};

} // namespace

TEST_CASE(
  "a producer reports each record once, with where it lies or why not") {
  faulty_cluster cluster;
  cluster.create_topic("t", 2);
  reports seen;
  auto out = kafka::producer::open({{"bootstrap.servers", cluster.endpoints()},
                                    {"message.max.bytes", "2000"}},
                                   seen.collect());
  REQUIRE(out);
  REQUIRE((*out)->send("t", 1, "k", "a", 10));
  REQUIRE((*out)->send("t", 1, "k", "b", 11));
  CHECK((*out)->flush(10s));
  REQUIRE(seen.all.size() == 2);
  CHECK(seen.all[10].partition == 1);
  CHECK(seen.all[10].offset == 0);
  CHECK(seen.all[11].offset == 1);
  SECTION("a record over the size limit is refused at once") {
    auto sent = (*out)->send("t", 0, "k", std::string(3000, 'x'), 12);
    REQUIRE_FALSE(sent);
    CHECK(sent.failure().code == errc::other_client_error);
    CHECK((*out)->flush(10s));
    CHECK(seen.all.size() == 2);
  }
  SECTION("what the broker refuses is reported with the error") {
    cluster.inject(0, {29}); // Produce: TOPIC_AUTHORIZATION_FAILED
    REQUIRE((*out)->send("t", 0, "k", "c", 13));
    CHECK((*out)->flush(10s));
    REQUIRE(seen.all.size() == 3);
    CHECK(seen.all[13].failure.code == errc::authorization);
    CHECK(seen.all[13].offset < 0);
  }
  SECTION("a key chooses the same partition every time") {
    for (std::uint64_t tag = 20; tag < 24; ++tag)
      REQUIRE((*out)->send("t", -1, "the key", "d", tag));
    CHECK((*out)->flush(10s));
    for (std::uint64_t tag = 21; tag < 24; ++tag)
      CHECK(seen.all[tag].partition == seen.all[20].partition);
  }
}

TEST_CASE("a flush that cannot finish says so in time") {
  faulty_cluster cluster;
  cluster.create_topic("t", 1);
  cluster.set_broker_down(1);
  reports seen;
  auto out = kafka::producer::open({{"bootstrap.servers", cluster.endpoints()}},
                                   seen.collect());
  REQUIRE(out);
  REQUIRE((*out)->send("t", 0, "k", "a", 1));
  CHECK_FALSE((*out)->flush(100ms));
  CHECK(seen.all.empty());
}
