// What the count of a group's partitions asks the broker, seen on the wire: the
// mock cluster takes no request that says whether topics may be made.

#include "broker_support/cluster.hpp"
#include "support/catch.hpp"
#include "support/kafka_client_driver.hpp"
#include "support/wire_tap.hpp"

#include <algorithm>

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

TEST_CASE("a count of partitions makes no topic") {
  wire_tap tap;
  cluster kafka{"kafka-1"};
  auto group = unique_name();
  auto none = group + "-none";
  kafka.create_topic(group, 1);
  bell b;
  client_driver client{
    b, {{"bootstrap.servers", kafka.endpoints()}, {"group.id", group}}};
  REQUIRE(client.join({group, none}).size() == 1);
  for (int i = 0; i < 2; ++i) { // the second time it knows what it asks for
    client->count_partitions(20s, 1);
    REQUIRE(client.await<kafka::partitions_counted>());
  }
  auto asks_for_it = [&](const seen_metadata& x) {
    return std::count(x.topics.begin(), x.topics.end(), none) > 0;
  };
  auto seen = tap.metadata();
  CHECK(std::count_if(seen.begin(), seen.end(), asks_for_it) >= 2);
  for (auto& x : seen)
    CHECK((!x.may_create || !asks_for_it(x)));
}
