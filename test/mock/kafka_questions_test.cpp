#include "support/catch.hpp"
#include "support/faulty_cluster.hpp"
#include "support/kafka_bell.hpp"
#include "support/kafka_client_driver.hpp"

#include <system_error>

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

TEST_CASE("the partitions of all subscribed topics are counted") {
  faulty_cluster cluster;
  cluster.create_topic("t", 3);
  cluster.create_topic("u", 5);
  bell b;
  client_driver client{b, member_of(cluster, "g")};
  client.subscribe({"t", "u"});
  client->count_partitions(20s, 7);
  client->look_up_committed(1, {{"t", 0}}, 20s); // behind it
  auto x = client.await<kafka::partitions_counted>();
  REQUIRE(x);
  CHECK_FALSE(x->failure);
  CHECK(x->token == 7);
  CHECK(x->counts == std::map<std::string, partition_t>{{"t", 3}, {"u", 5}});
}

TEST_CASE("a count of partitions that no broker answers fails in time") {
  bell b;
  client_driver client{b, nowhere};
  client.subscribe({"t"});
  client->count_partitions(10ms, 3);
  auto x = client.await<kafka::partitions_counted>();
  REQUIRE(x);
  CHECK(x->failure);
  CHECK(x->token == 3);
  CHECK(x->counts.empty());
}

TEST_CASE("a client may end while it counts partitions") {
  bell b;
  client_driver client{b, nowhere};
  client.subscribe({"t"});
  client->count_partitions(500ms, 1);
  client->detach();
  auto rings = b.rings();
  kafka::consumer::abandon(client.release());
  CHECK(b.rings() == rings); // nobody is told any more
}

TEST_CASE("many topics are counted in one round trip") {
  faulty_cluster cluster;
  std::vector<std::string> topics;
  std::map<std::string, partition_t> counts;
  for (int i = 1; i <= 20; ++i) {
    topics.push_back("t" + std::to_string(i));
    counts[topics.back()] = i;
    cluster.create_topic(topics.back(), i);
  }
  bell b;
  client_driver client{b, member_of(cluster, "g")};
  client.subscribe(topics);
  client->count_partitions(20s, 1); // and a connection
  REQUIRE(client.await<kafka::partitions_counted>());
  cluster.set_round_trip(1, 2s);
  client->count_partitions(20s, 1);
  auto x = client.await<kafka::partitions_counted>();
  REQUIRE(x);
  CHECK_FALSE(x->failure);
  CHECK(x->counts == counts);
  cluster.set_round_trip(1, 0ms);
}

TEST_CASE("a question for which there is no thread is answered by that") {
  faulty_cluster cluster;
  cluster.create_topic("t", 1);
  int threads = 0;
  auto client = kafka::consumer::open(
    member_of(cluster, "g"), [] {}, true,
    [&](std::function<void()> f) {
      if (++threads == 2) // the first one ends the client
        throw std::system_error{EAGAIN, std::generic_category()};
      return core::make_thread(std::move(f));
    });
  REQUIRE(client);
  (*client)->find_ends({{"t", 0}}, 20s, 7);
  std::optional<kafka::ends_found> found;
  while (auto x = (*client)->poll())
    if (auto* ends = std::get_if<kafka::ends_found>(&*x))
      found = *ends;
  REQUIRE(found);
  CHECK(found->token == 7);
  CHECK(found->failure.retriable);
  (*client)->find_ends({{"t", 0}}, 20s); // there is one now
  CHECK(threads == 3);
}
