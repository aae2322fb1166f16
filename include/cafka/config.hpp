#pragma once

#include <cafka/failure_step.hpp>
#include <cafka/header_style.hpp>
#include <cafka/types.hpp>

#include <caf/settings.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace cafka {

/// A place in a partition that the broker resolves to an offset.
enum class logical_offset : std::uint8_t {
  earliest, ///< the first record that the log still has
  latest,   ///< behind the last record that can be read
};
/// Where a partition without a committed offset begins: there, or at an offset
/// from 0.
using begin_offset = std::variant<logical_offset, offset_t>;

/// Where a partition goes on whose position is out of the broker's range.
enum class offset_reset_policy : std::uint8_t {
  reset_to_earliest, ///< at the log's start
  reset_to_latest,   ///< at its end: the records before it are skipped
};

/// KIP-429 and the assignors of the Java client.
enum class assignment_strategy : std::uint8_t {
  cooperative_sticky, ///< a rebalance moves only what must move
  range,              ///< neighbouring partitions, topic by topic; eager
  roundrobin,         ///< the partitions of all topics in turn; eager
};

/// The end of a partition that used up its restarts.
enum class exhaustion_policy : std::uint8_t {
  stop_partition, ///< it is held and not delivered; the others go on
  stop_group,     ///< the group drains, commits and ends with an error
};

/// Of a count, the key's "unlimited".
inline constexpr std::size_t unlimited = static_cast<std::size_t>(-1);

/// Where dead letters go: `on-failure { dead-letter { … } }`.
struct dead_letter_config {
  /// `{group}` and `{topic}` stand for the names; none of the group's `topics`
  /// may come of it.
  std::string topic = "dlq.{group}";
  /// Makes the topic where it is missing, with the source's partition count.
  bool create = false;
  /// The replication factor of a topic that is made. -1 takes the broker's
  /// default.
  int replication = -1;
  /// The record's own headers go with it, before ours, but for those that tell
  /// of a former failure.
  bool copy_headers = true;
  /// Which headers tell of the failure.
  header_style headers = header_style::kafka;
  /// How long the delivery report may take, which is also the producer's
  /// `message.timeout.ms`; 1 ms to 24 days.
  std::chrono::milliseconds timeout{30'000};
};

/// The way of records whose handler fails: `on-failure { … }`.
struct failure_config {
  /// So many failed calls of one record after its first come before `then`, or
  /// `unlimited`.
  std::size_t retries = unlimited;
  /// The ways past the record, in order, each once; a step that cannot be done
  /// gives way to the next.
  std::vector<failure_step> then;
  /// After so many records in a row that were got past and none handled, one of
  /// them goes per `flood_interval`; 1 or more.
  std::size_t flood_after = 10;
  /// The pause between two of these, 1 ms or more.
  std::chrono::milliseconds flood_interval{60'000};
  /// For the step `dead_letter`.
  dead_letter_config dead_letter;
};

/// Settings of one group; each field is the key of the same name with `-` for
/// `_`. Units are in the types or names; zero is allowed only where said, and a
/// time is at most 365 days. `validate` names the value that is out of its
/// range.
struct group_config {
  /// Every time has this unit.
  using milliseconds = std::chrono::milliseconds;

  /// Of `restart_max`, the key's "unlimited".
  static constexpr std::size_t unlimited = cafka::unlimited;

  /// The name for `find`; required.
  std::string name;
  /// `host:port`, IPv6 in brackets; required unless `embedded`.
  std::vector<std::string> endpoints;
  /// Kafka consumer group id; required.
  std::string group;
  /// The topics to subscribe to, each once, no patterns; required.
  std::vector<std::string> topics;
  /// Given to the constructor of every handler, see `handler_context`.
  caf::settings handler_init_args;

  /// The least that a broker gathers before it answers a fetch, 0 to 100 MB
  /// (`fetch.min.bytes`, which is 1 for 0).
  std::size_t min_bytes = 0;
  /// The most that one fetch brings of a partition, 1 byte to 1 GB
  /// (`max.partition.fetch.bytes`). A larger batch of the producer comes whole.
  std::size_t max_bytes = 1'000'000;
  /// The longest that a broker waits for `min_bytes`, 0 to 300 s
  /// (`fetch.wait.max.ms` where `min_bytes` is above 0).
  milliseconds max_wait_time{10'000};
  /// The longest that a broker keeps a fetch for which it has nothing, 0 to 300
  /// s (`fetch.wait.max.ms` where `min_bytes` is 0).
  milliseconds sleep_timeout{1'000};
  /// The window of a partition in records, delivered and not acked; 1 or more.
  /// Delivery waits when this and `prefetch_bytes` are both exceeded.
  std::size_t prefetch_count = 10;
  /// The window of a partition in bytes of keys, values and headers; 1 or more.
  std::size_t prefetch_bytes = 100'000;
  /// Where a partition begins for which the group never committed
  /// (`auto.offset.reset` of other clients). One that was added to its topic
  /// while the group ran begins at the earliest record.
  cafka::begin_offset begin_offset = logical_offset::latest;
  /// Where a partition goes on whose position the broker does not have
  /// (OFFSET_OUT_OF_RANGE; `auto.offset.reset` of other clients covers this,
  /// too). Reported by the event `reset`.
  cafka::offset_reset_policy offset_reset_policy
    = offset_reset_policy::reset_to_latest;

  /// librdkafka properties by their own names, secrets as they are: `file:` and
  /// `env:` are for `read_config`.
  std::map<std::string, std::string> kafka;
  /// Who gets which partition (`partition.assignment.strategy`); all members of
  /// a group must share one.
  cafka::assignment_strategy assignment_strategy
    = assignment_strategy::cooperative_sticky;
  /// The id of a static member, which does not leave when it stops
  /// (`group.instance.id`). Without one the member is dynamic.
  std::string group_instance_id;
  /// The most records in one handler call, 1 or more (as `max.poll.records` of
  /// the Java client).
  std::size_t batch_size = 500;
  /// Acks are gathered so long before they are committed
  /// (`auto.commit.interval.ms` of other clients), 1 ms or more.
  milliseconds commit_interval{5'000};
  /// So many acked records are committed at once, without a wait for the
  /// interval; 1 or more.
  std::size_t commit_count = 10'000;
  /// The wait before the first restart of a quiet partition; it doubles from
  /// there. May be 0.
  milliseconds restart_backoff_min{100};
  /// The longest such wait, `restart_backoff_min` or more.
  milliseconds restart_backoff_max{30'000};
  /// More restarts of a partition than this in the window exhaust it. Only
  /// workers that end without a call count; a failed call never does. May be 0.
  std::size_t restart_max = unlimited;
  /// How long a restart counts for `restart_max`. It must be longer than that
  /// many restarts take with their backoffs.
  milliseconds restart_window{600'000};
  /// More restarts of the whole group than this in the window end it. May be 0.
  std::size_t supervisor_restart_max = 10;
  /// How long a restart counts for `supervisor_restart_max`. It must be longer
  /// than that many restarts take with their backoffs.
  milliseconds supervisor_restart_window{600'000};
  /// The wait before the first restart of the group; it doubles from there. May
  /// be 0.
  milliseconds supervisor_backoff_min{1'000};
  /// The longest such wait, `supervisor_backoff_min` or more.
  milliseconds supervisor_backoff_max{30'000};
  /// The end of a partition that used up its restarts.
  exhaustion_policy on_exhausted = exhaustion_policy::stop_partition;
  /// The way of records whose handler fails.
  failure_config on_failure;
  /// librdkafka properties of the group's producer, for dead letters and
  /// outputs. Endpoints and security are those of the group.
  std::map<std::string, std::string> producer;
  /// Bytes of outputs of one source partition on their way, 1 byte to 1 GB, 64
  /// of each beside its own: beyond that the partition's next call waits.
  std::size_t outputs_max_bytes = 8'388'608;
  /// The most threads that run handlers, made as they are needed, up to 10,000.
  /// With 0 handlers run on CAF's scheduler and must be quick.
  std::size_t handler_threads = 64;
  /// The most separate ranges of individual acks of a partition, 1 or more; its
  /// delivery waits at this many.
  std::size_t ack_ranges_max = 10'000;
  /// Commits tell in their metadata what is acked above them, so that it does
  /// not come again to the next owner of the partition; see
  /// `config/README.md`. Nothing: where librdkafka is 2.1 or newer. An older
  /// one does not tell leader epochs: where a log was rewritten behind an
  /// unclean election, records of the new log can be skipped.
  std::optional<bool> offset_map;
  /// The most bytes of these metadata, 8 to 32,767; no more than the broker
  /// takes (`offset.metadata.max.bytes`). Where more is acked the lowest
  /// offsets are told, and the others come again.
  std::size_t offset_map_max = 4'096;
  /// A handler call that takes longer is told by the event `handler_slow`,
  /// again and again, and in the status. 0 turns this off.
  milliseconds handler_timeout{300'000};
  /// A partition whose window is full and of which nothing was acked for this
  /// long is reported, again and again, and unhealthy. 0 turns this off.
  milliseconds ack_timeout{60'000};
  /// A partition that lags this long without a record, and without a reason, is
  /// reported, sought, assigned anew, and after four times as long, once for
  /// where it stands, given a new client: the group restarts. 0 turns this off.
  /// Else it must be more than twice `sleep_timeout`, or twice `max_wait_time`
  /// where `min_bytes` is above 0.
  /// A minute is longer than a leader's election, librdkafka's waits before it
  /// connects again (10 s) and the default `max-wait-time` take together.
  milliseconds progress_timeout{60'000};
  /// How long a revocation waits for running calls and for acks that handlers
  /// owe. May be 0; 5 s less than `max.poll.interval.ms` at most.
  milliseconds drain_timeout{10'000};
  /// How long a stop of the group waits for them. May be 0.
  milliseconds stop_timeout{30'000};
  /// Runs on librdkafka's mock cluster in this process, without a disk and
  /// without `endpoints`; see `group_options::embedded_topics` and
  /// `embedded_endpoints`.
  bool embedded = false;
};

/// One thing wrong with a setting.
struct config_error {
  std::string key;     ///< as in the config file
  std::string value;   ///< as given; hidden for secrets
  std::string allowed; ///< the values that it may have
};

/// `key = value: allowed`.
std::string to_string(const config_error& x);

/// Everything that is wrong with `x`, also settings that cannot stand together,
/// and what librdkafka says of the properties. Where nothing is, it can be
/// started. Connects to nobody and runs no command that the properties name.
std::vector<config_error> validate(const group_config& x);

} // namespace cafka
