#pragma once

#include <cafka/header_style.hpp>
#include <cafka/output.hpp>
#include <cafka/record.hpp>
#include <cafka/types.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cafka::core {

/// How the dead letters of a group look.
struct dead_letter_form {
  std::string topic;          ///< where they go
  partition_t partitions = 1; ///< how many that topic has
  bool copy_headers = true;   ///< the record's own headers go with it
  header_style style = header_style::kafka;
};

/// Why a record is given up.
struct letter_cause {
  std::string group;
  std::string client;         ///< the client's id
  std::uint32_t failures = 0; ///< of this record
  /// The type of the exception, `rejected`, `exit 3`, `signal 11` or `timeout`.
  std::string error_class;
  std::string cause;
};

/// Most bytes of a cause in a dead letter, and in one that was too large.
constexpr std::size_t cause_bytes_max = 1'000;
constexpr std::size_t shrunk_cause_bytes_max = 100;

/// How often a record came back from its dead letters.
constexpr std::string_view replay_count_header = "__cafka.replay.count";

/// `{group}` and `{topic}` in the name of a topic of dead letters become the
/// names.
std::string dead_letter_topic(std::string_view pattern, std::string_view group,
                              std::string_view topic);

/// The record that is written for `x`: the same key and value, the record's own
/// headers, and behind them why it failed. Headers of an earlier dead letter of
/// it are left out. `now_ms`: since the Unix epoch. `shrunk`: for a topic that
/// the whole was too large for.
output make_dead_letter(const record& x, const letter_cause& why,
                        const dead_letter_form& form, std::int64_t now_ms,
                        bool shrunk = false);

/// What the headers of a dead letter say.
struct dead_letter {
  topic_partition source;
  offset_t offset = 0;
  std::optional<std::string> group; ///< nothing: its writer does not say
  std::optional<std::uint32_t> failures;
  std::string error_class;
  std::string cause;
  std::string client;
  std::optional<std::int64_t> time_ms;      ///< when it was written
  std::optional<std::int64_t> timestamp_ms; ///< of the record itself
  timestamp_type timestamp_kind = timestamp_type::none;
  std::uint32_t replays = 0; ///< how often the record came back before
  /// The same in all that it says.
  friend bool operator==(const dead_letter&, const dead_letter&) = default;
};

/// Reads the headers that cafka writes (KIP-1191's), or else those of Kafka
/// Connect, of Kafka Streams (KIP-1034), or of Spring in its binary form.
/// Nothing: they do not say where the record is from.
std::optional<dead_letter> read_dead_letter(const record& x);

/// The record as it was before it became a dead letter, with its replays
/// counted, to go to `to`, or back to the partition that it is from.
output make_replay(const record& x, const dead_letter& from,
                   const std::optional<std::string>& to = std::nullopt);

} // namespace cafka::core
