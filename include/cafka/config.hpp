#pragma once

#include <cafka/types.hpp>

#include <caf/settings.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace cafka {

/// Where a partition without a committed offset starts.
enum class logical_offset : std::uint8_t { earliest, latest };
using begin_offset = std::variant<logical_offset, offset_t>;

/// What happens when the position is out of the broker's range.
enum class offset_reset_policy : std::uint8_t {
  reset_to_earliest,
  reset_to_latest,
};

/// KIP-429 and the assignors of the Java client.
enum class assignment_strategy : std::uint8_t {
  cooperative_sticky,
  range,
  roundrobin,
};

/// What happens to a partition that used up its restarts.
enum class exhaustion_policy : std::uint8_t { stop_partition, stop_group };

/// Settings of one group; each field is the key of the same name with `-` for
/// `_`. Units are in the types or names; zero is allowed only where said.
struct group_config {
  using milliseconds = std::chrono::milliseconds;

  /// Of `restart_max`, the key's "unlimited".
  static constexpr std::size_t unlimited = static_cast<std::size_t>(-1);

  /// The name for `find`; required.
  std::string name;
  /// `host:port`, IPv6 in brackets; required unless `embedded`.
  std::vector<std::string> endpoints;
  /// Kafka consumer group id; required.
  std::string group;
  /// Required.
  std::vector<std::string> topics;
  caf::settings handler_init_args;

  std::size_t min_bytes = 0;
  std::size_t max_bytes = 1'000'000;
  milliseconds max_wait_time{10'000};
  milliseconds sleep_timeout{1'000};
  /// Delivery of a partition waits when both are exceeded by what is handed
  /// out and not acked.
  std::size_t prefetch_count = 10;
  std::size_t prefetch_bytes = 100'000;
  cafka::begin_offset begin_offset = logical_offset::latest;
  cafka::offset_reset_policy offset_reset_policy
    = offset_reset_policy::reset_to_latest;

  /// librdkafka properties by their own names, secrets as they are: `file:` and
  /// `env:` are for `read_config`.
  std::map<std::string, std::string> kafka;
  cafka::assignment_strategy assignment_strategy
    = assignment_strategy::cooperative_sticky;
  /// Empty: a dynamic member.
  std::string group_instance_id;
  std::size_t batch_size = 500;
  milliseconds commit_interval{5'000};
  std::size_t commit_count = 10'000;
  milliseconds restart_backoff_min{100};
  milliseconds restart_backoff_max{30'000};
  /// More restarts of a partition than this in the window exhaust it.
  std::size_t restart_max = unlimited;
  milliseconds restart_window{600'000};
  std::size_t supervisor_restart_max = 10;
  milliseconds supervisor_restart_window{600'000};
  milliseconds supervisor_backoff_min{1'000};
  milliseconds supervisor_backoff_max{30'000};
  exhaustion_policy on_exhausted = exhaustion_policy::stop_partition;
  /// 0: handlers run on CAF's scheduler and must be quick.
  std::size_t handler_threads = 64;
  std::size_t ack_ranges_max = 10'000;
  /// 0: no report.
  milliseconds handler_timeout{300'000};
  /// A partition whose window is full and of which nothing was acked for this
  /// long is reported, again and again, and unhealthy. 0: never.
  milliseconds ack_timeout{60'000};
  /// A partition that lags this long without a record, and without a reason, is
  /// reported, sought, assigned anew, and after four times as long, once for
  /// where it stands, given a new client: the group restarts. 0: never. A minute
  /// is longer than a leader's election, librdkafka's waits before it connects
  /// again (10 s) and the default `max-wait-time` take together.
  milliseconds progress_timeout{60'000};
  milliseconds drain_timeout{10'000};
  milliseconds stop_timeout{30'000};
  /// Uses librdkafka's mock cluster, in this process.
  bool embedded = false;
};

/// One thing wrong with a setting.
struct config_error {
  std::string key;     ///< as in the config file
  std::string value;   ///< as given; hidden for secrets
  std::string allowed; ///< what would be right
};

/// `key = value: allowed`.
std::string to_string(const config_error& x);

/// Everything that is wrong with `x`, also settings that cannot stand together,
/// and what librdkafka says of the properties; empty: it can be started. Connects
/// to nobody and runs no command that the properties name.
std::vector<config_error> validate(const group_config& x);

} // namespace cafka
