#pragma once

#include <cafka/errors.hpp>
#include <cafka/group.hpp>
#include <cafka/produce.hpp>

#include <caf/expected.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace cafka {

/// The handle of a producer. It takes any number of requests while others are
/// not answered; those wait for room that do not fit into its queue.
using producer_actor = compat::typed<produced(produce)>;

/// The settings of a producer.
struct producer_options {
  std::vector<std::string> endpoints; ///< `host:port`; at least one
  /// librdkafka properties by their own names, secrets as they are. Not
  /// `enable.idempotence`, `acks` and `transactional.id`, which are cafka's.
  /// Its queue is as large as librdkafka allows, topics are not made by writing
  /// to them, and a record may be as large as its topic takes, unless
  /// `queue.buffering.max.kbytes`, `allow.auto.create.topics` or
  /// `message.max.bytes` say otherwise.
  std::map<std::string, std::string> kafka;
  /// The longest wait for the answer, which is also `message.timeout.ms` where
  /// `kafka` has none.
  std::chrono::milliseconds timeout{30'000};
  /// As of a group. Its `group` is empty.
  std::function<void(const log_record&)> log;
};

/// Starts an idempotent producer in `system`: each record that is answered with
/// `produced` was written once, and those to one partition in the order of the
/// requests, but where a batch was too large for its topic: its records are
/// sent again one by one. After an error nobody knows whether the record was
/// written. A client that fails for good is replaced; what was on its way is
/// answered with the error.
///
/// The producer keeps itself alive. An exit message (`user_shutdown`) or `stop`
/// ends it in order: what it was sent before is written, or answered with its
/// error, and then it ends. `errc::invalid_config` where it cannot start.
caf::expected<producer_actor> spawn_producer(caf::actor_system& system,
                                             producer_options options);

/// Ends the producer in order, and blocks until it has ended: for `timeout` of
/// its options, and some seconds, at most. Do not call it from an actor of
/// `system` or from a handler.
caf::error stop(caf::actor_system& system, const producer_actor& producer);

} // namespace cafka
