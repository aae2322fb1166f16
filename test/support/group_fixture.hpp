#pragma once

#include "support/catch.hpp"
#include "support/faulty_cluster.hpp"
#include "support/kafka_bell.hpp"
#include "support/kafka_client_driver.hpp"

#include <cafka/group.hpp>

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace cafka::test {

/// A door that handlers stand at until the test opens it.
class door {
public:
  door() = default;
  /// Opens, and waits until nobody is left on the threshold.
  ~door();
  door(const door&) = delete;
  door& operator=(const door&) = delete;

  void open();
  /// Blocks until the door is open; says that somebody stands here.
  void pass();
  /// True once somebody stands, or stood, at the door.
  bool await_visitor();

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int visitors_ = 0; // so far
  int inside_ = 0;
};

/// What handlers were given, in the order of their calls.
struct delivered_record {
  topic_partition tp;
  offset_t offset = 0;
  std::uint32_t delivery_count = 0;
  friend bool operator==(const delivered_record&, const delivered_record&)
    = default;
};

/// A supervised group over a mock cluster with topic `t`, in real time. Every
/// wait has a deadline; nothing sleeps.
class group_fixture {
public:
  explicit group_fixture(int partitions = 1);
  ~group_fixture();
  group_fixture(const group_fixture&) = delete;
  group_fixture& operator=(const group_fixture&) = delete;

  /// Settings of a group `g` that begins at the earliest record and commits
  /// quickly. The handler is to be set.
  group_options options();

  /// A handler that notes every record and then answers as `f` does.
  handler_factory noting(std::function<handler_answer(const message_batch&)> f);

  void start(group_options x);
  /// Stops the group and waits for its end; its reason.
  caf::error stop();
  caf::error await_end();

  void produce(partition_t partition, int count);

  // -- what happened

  /// Awaits that `n` events that `accept` likes have come in all.
  bool await_events(std::size_t n,
                    const std::function<bool(const event&)>& accept,
                    std::chrono::milliseconds limit = std::chrono::seconds{30});
  bool await_event(event_kind kind, std::size_t n = 1);
  bool await_committed(partition_t partition, offset_t offset);
  std::vector<event> events(event_kind kind) const;
  std::size_t count(event_kind kind) const {
    return events(kind).size();
  }

  /// Asks for the status again and again until `accept` likes it.
  bool await_status(const std::function<bool(const group_status&)>& accept);

  bool await_delivered(std::size_t n);
  std::vector<delivered_record> delivered() const;
  std::vector<offset_t> delivered(partition_t partition) const;

  /// What the broker has for the group, asked by a client of its own.
  std::map<partition_t, offset_t> committed_at_broker(int partitions);

  faulty_cluster cluster;
  std::unique_ptr<caf::actor_system_config> config;
  std::unique_ptr<caf::actor_system> system;
  std::optional<group_actor> group;
  /// The coordinators of the group's incarnations, in order.
  std::vector<caf::actor_addr> coordinators() const;

private:
  void note(const event& x);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<event> events_;
  std::vector<delivered_record> delivered_;
  std::vector<caf::actor_addr> coordinators_;
  bool running_ = false;
};

/// A handler that acks whatever it gets.
inline handler_answer ack_all(const message_batch&) {
  return handler_answer::ack();
}

/// `first`, …, `last - 1`.
inline std::vector<offset_t> up_to(offset_t last, offset_t first = 0) {
  return offsets(first, last);
}

} // namespace cafka::test
