#include "support/catch.hpp"
#include "support/faulty_cluster.hpp"
#include "support/kafka_bell.hpp"
#include "support/kafka_client_driver.hpp"

#include <atomic>

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

using ends = std::map<topic_partition, offset_t>;

const topic_partition first{"t", 0};
const topic_partition second{"t", 1};

/// Asks again and again until the client has fetched up to `end`.
bool await_fetched(client_driver& client, offset_t end) {
  for (int i = 0; i < 10'000; ++i) {
    if (client.source(first)->readable_end() == end)
      return true;
    client->find_ends({first}, 20s);
    if (!client.await<kafka::ends_found>())
      return false;
  }
  return false;
}

} // namespace

TEST_CASE("the ends of partitions are found, whether they are read or not") {
  faulty_cluster cluster;
  cluster.create_topic("t", 2);
  appender{cluster}.append(first, 3);
  bell b;
  client_driver client{b, member_of(cluster, "g")};
  client->find_ends({first, second}, 20s);
  client->find_ends({first}, 20s); // one is under way
  auto x = client.await<kafka::ends_found>();
  REQUIRE(x);
  CHECK_FALSE(x->failure);
  CHECK(x->ends == ends{{first, 3}, {second, 0}});
}

TEST_CASE("the end of a topic that is gone is missing") {
  faulty_cluster cluster;
  cluster.create_topic("t", 2);
  cluster.create_topic("gone", 1);
  appender{cluster}.append(first, 3);
  cluster.fail_topic("gone", 3); // UNKNOWN_TOPIC_OR_PART
  bell b;
  client_driver client{b, member_of(cluster, "g")};
  client->find_ends({{"gone", 0}, first}, 20s);
  auto x = client.await<kafka::ends_found>();
  REQUIRE(x);
  CHECK(x->ends == ends{{first, 3}});
}

TEST_CASE("a request for all ends that is refused is made one by one") {
  faulty_cluster cluster;
  cluster.create_topic("t", 2);
  appender{cluster}.append(first, 3);
  cluster.inject(2, {29}); // ListOffsets: TOPIC_AUTHORIZATION_FAILED
  bell b;
  client_driver client{b, member_of(cluster, "g")};
  client->find_ends({first, second}, 20s);
  auto x = client.await<kafka::ends_found>();
  REQUIRE(x);
  CHECK(x->failure.code == errc::authorization);
  CHECK(x->ends == ends{{first, 3}, {second, 0}});
}

TEST_CASE("a look-up of ends that no broker answers fails in time") {
  bell b;
  client_driver client{b, nowhere};
  client->find_ends({first, second}, 10ms);
  auto x = client.await<kafka::ends_found>();
  REQUIRE(x);
  CHECK(x->failure);
  CHECK(x->ends.empty());
}

TEST_CASE("a client may end while it looks for ends") {
  bell b;
  client_driver client{b, nowhere};
  client->find_ends({first}, 500ms);
  client->detach();
  auto rings = b.rings();
  kafka::consumer::abandon(client.release());
  CHECK(b.rings() == rings); // nobody is told any more
}

TEST_CASE("a queue that lost its wake-up is heard again after a seek or a "
          "reposition") {
  auto reassign = GENERATE(false, true);
  faulty_cluster cluster;
  cluster.create_topic("t", 1);
  appender out{cluster};
  out.append(first, 3);
  bell b;
  client_driver client{b, member_of(cluster, "g")};
  REQUIRE(client.join({"t"}).size() == 1);
  auto source = client.source(first);
  REQUIRE(drain_until(b, *source, [&](auto&) { return source->at_end(); }));
  source->on_ready({});
  out.append(first, 5);
  REQUIRE(await_fetched(client, 8));
  // The queue is not empty any more, so that nothing gives an edge.
  std::atomic<int> wakes = 0;
  source->on_ready([&] {
    ++wakes;
    b.ring();
  });
  client->find_ends({first}, 20s);
  REQUIRE(client.await<kafka::ends_found>());
  CHECK(wakes == 0);
  CHECK(source->at_end());
  auto failure = reassign ? client->reposition({first, 3})
                          : client->seek({first, 3});
  CHECK_FALSE(failure);
  CHECK(b.await([&] { return wakes > 0; }));
  CHECK(read(b, *source, 5) == test::offsets(3, 8));
  source->on_ready({});
}
