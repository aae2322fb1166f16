#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace cafka::test {

/// What a Fetch request says (Kafka protocol, API key 1) of its first
/// partition.
struct seen_fetch {
  std::int32_t max_wait_ms = 0;
  std::int32_t min_bytes = 0;
  std::int32_t partition_max_bytes = 0;
};

/// What a JoinGroup request says (API key 11).
struct seen_join {
  std::string group;
  std::int32_t session_timeout_ms = 0;
  std::optional<std::string> group_instance_id;
  std::vector<std::string> protocols;
};

/// What a Metadata request that names topics says (API key 3).
struct seen_metadata {
  std::vector<std::string> topics;
  bool may_create = true; ///< the broker, what does not exist
};

/// Notes what librdkafka's clients in this process ask of brokers, while it
/// lives; one at a time.
class wire_tap {
public:
  wire_tap();
  ~wire_tap();
  wire_tap(const wire_tap&) = delete;
  wire_tap& operator=(const wire_tap&) = delete;

  /// The first one, or nothing until the deadline.
  std::optional<seen_fetch> await_fetch();
  std::optional<seen_join> await_join();
  /// All so far.
  std::vector<seen_metadata> metadata();

  /// For the hook: a whole message that leaves through a socket.
  void note(const std::string& message);

private:
  std::mutex mutex_;
  std::condition_variable noted_;
  std::optional<seen_fetch> fetch_;
  std::optional<seen_join> join_;
  std::vector<seen_metadata> metadata_;
};

} // namespace cafka::test
