#pragma once

#include "kafka/mortal_client.hpp"
#include "kafka/writer_events.hpp"

#include <cafka/output.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace cafka::kafka {

/// The Kafka client that writes records, as its actor sees it;
/// `idempotent_producer` is the real one. Driven by events. Not thread safe:
/// one actor owns it; only its `wake` comes from other threads. No call blocks.
class record_writer : public mortal_client {
public:
  /// Copies and queues a record; answered by one `record_written` with `token`,
  /// within `message.timeout.ms`. False: the queue is full; there is room again
  /// when a report was taken. An error: it cannot be written, and no report
  /// comes.
  virtual result<bool> send(std::uint64_t token, const output& x) = 0;

  /// The next event, or nothing.
  virtual std::optional<writer_event> poll() = 0;

  /// Asks a broker how many partitions a topic has; answered by a `topic_found`
  /// with `token`. It waits for earlier ones.
  virtual void find_topic(std::uint64_t token, const std::string& topic,
                          std::chrono::milliseconds timeout)
    = 0;

  /// Makes a topic; answered by a `topic_created` with `token`. `replication`
  /// -1: the broker's default.
  virtual void create_topic(std::uint64_t token, const std::string& topic,
                            partition_t partitions, int replication,
                            std::chrono::milliseconds timeout)
    = 0;
};

/// Makes a writer that calls `wake` on foreign threads, under their locks, when
/// `poll` has something.
using writer_factory = std::function<result<std::unique_ptr<record_writer>>(
  std::function<void()> wake)>;

} // namespace cafka::kafka
