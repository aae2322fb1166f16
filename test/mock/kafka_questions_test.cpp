#include "kafka/mock_cluster.hpp"
#include "support/catch.hpp"
#include "support/kafka_bell.hpp"
#include "support/kafka_client_driver.hpp"

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

const kafka::properties nowhere{{"bootstrap.servers", "127.0.0.1:1"},
                                {"group.id", "g"}};

} // namespace

TEST_CASE("the partitions of all subscribed topics are counted") {
  kafka::mock_cluster cluster;
  cluster.create_topic("t", 3);
  cluster.create_topic("u", 5);
  bell b;
  client_driver client{b, member_of(cluster, "g")};
  client.subscribe({"t", "u"});
  client->count_partitions(20s);
  client->look_up_committed(1, {{"t", 0}}, 20s); // behind it
  auto x = client.await<kafka::partitions_counted>();
  REQUIRE(x);
  CHECK_FALSE(x->failure);
  CHECK(x->counts == std::map<std::string, partition_t>{{"t", 3}, {"u", 5}});
}

TEST_CASE("a count of partitions that no broker answers fails in time") {
  bell b;
  client_driver client{b, nowhere};
  client.subscribe({"t"});
  client->count_partitions(10ms);
  auto x = client.await<kafka::partitions_counted>();
  REQUIRE(x);
  CHECK(x->failure);
  CHECK(x->counts.empty());
}

TEST_CASE("a client may end while it counts partitions") {
  bell b;
  client_driver client{b, nowhere};
  client.subscribe({"t"});
  client->count_partitions(500ms);
  client->detach();
  auto rings = b.rings();
  kafka::consumer::abandon(client.release());
  CHECK(b.rings() == rings); // nobody is told any more
}
