#include "broker_support/cluster.hpp"
#include "kafka/handles.hpp"
#include "support/catch.hpp"
#include "support/kafka_client_driver.hpp"

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

/// Asks the broker who is in a group.
class group_list {
public:
  explicit group_list(const cluster& kafka) {
    auto* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", kafka.endpoints().c_str(),
                      nullptr, 0);
    client_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0);
  }
  ~group_list() {
    rd_kafka_destroy(client_);
  }
  group_list(const group_list&) = delete;
  group_list& operator=(const group_list&) = delete;

  /// -1: it did not say.
  int members(const std::string& group) {
    const rd_kafka_group_list* found = nullptr;
    auto code = rd_kafka_list_groups(client_, group.c_str(), &found, 10'000);
    auto result = code == RD_KAFKA_RESP_ERR_NO_ERROR && found->group_cnt == 1
                    ? found->groups[0].member_cnt
                    : -1;
    rd_kafka_group_list_destroy(found);
    return result;
  }

private:
  rd_kafka_t* client_;
};

/// Two members of a group with a session that no test outlives.
struct two_members {
  explicit two_members(int partitions) {
    kafka.create_topic(name, partitions);
  }

  kafka::properties props() const {
    return {{"bootstrap.servers", kafka.endpoints()},
            {"group.id", name},
            {"session.timeout.ms", "45000"},
            {"heartbeat.interval.ms", "100"}};
  }

  /// Until the other member has had an assignment and none is under way.
  void await_both() {
    REQUIRE(b.await([&] {
      holder.pump();
      while (auto x = other.take<kafka::assigned>())
        given = x->partitions.size();
      other.pump();
      return given && all.members(name) == 2;
    }));
  }

  cluster kafka{"kafka-1"};
  std::string name = unique_name();
  group_list all{kafka};
  bell b;
  client_driver holder{b, props()};
  client_driver other{b, props()};
  std::optional<std::size_t> given;
};

} // namespace

TEST_CASE("a member without partitions leaves its group when it is closed") {
  two_members x{1};
  REQUIRE(x.holder.join({x.name}).size() == 1);
  x.other.subscribe({x.name});
  x.await_both();
  CHECK(x.given == 0);
  auto ended = kafka::consumer::close(x.other.release(), 5s);
  CHECK(ended.in_time);
  CHECK_FALSE(ended.listed);
  // At once: not only when its session is over.
  CHECK(x.all.members(x.name) == 1);
}

TEST_CASE("a member that is closed between two steps of a rebalance leaves its "
          "group") {
  two_members x{4};
  REQUIRE(x.holder.join({x.name}).size() == 4);
  x.holder.answer_rebalances(false);
  x.other.subscribe({x.name});
  std::optional<kafka::revoked> taken;
  REQUIRE(x.b.await([&] {
    x.holder.pump();
    x.other.pump();
    if (!taken)
      taken = x.holder.take<kafka::revoked>();
    return taken && x.other.take<kafka::assigned>();
  }));
  // The holder is asked to give back, and has not; now both end.
  auto other = kafka::consumer::close(x.other.release(), 5s);
  CHECK_FALSE(other.listed);
  auto holder = kafka::consumer::close(x.holder.release(), 5s);
  CHECK_FALSE(holder.listed);
  CHECK(x.all.members(x.name) <= 0);
}
