#pragma once

#include <cafka/message_batch.hpp>
#include <cafka/output.hpp>
#include <cafka/types.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What goes to a handler's program and what comes from it: lines of JSON.
/// Version 1, which `CAFKA_PROTOCOL` names.
namespace cafka::exec {

// -- to the program -----------------------------------------------------------

/// The line of a batch, with its newline. `deadline_ms`: when `call-timeout`
/// ends, since the Unix epoch.
void add_batch_line(std::string& to, const message_batch& batch,
                    std::int64_t deadline_ms);

/// A line per record, for programs that get one batch and end: what `print`
/// writes, with `deliveries` and `failures`.
void add_record_lines(std::string& to, const message_batch& batch);

/// The values alone, `end` behind each; a null is as an empty one. Up to the
/// first that holds `end` itself, whose offset it returns; else nothing.
std::optional<offset_t> add_values(std::string& to, const message_batch& batch,
                                   char end);

/// The partition is given back, or its worker ends: `why` is the reason's name.
/// What the program acks until `deadline_ms` counts.
std::string closing_line(std::string_view why, std::int64_t deadline_ms);

// -- from the program ---------------------------------------------------------

/// Most bytes of a line of a program that begins with `{`. What is longer fails
/// its worker.
inline constexpr std::size_t program_line_bytes_max = 1'000'000;

/// What is longer of a line for the log is cut: own output, standard error, and
/// what a program asks for.
inline constexpr std::size_t log_line_bytes_max = 8'192;

/// How much of a line that is wrong stands in the error.
inline constexpr std::size_t quoted_bytes_max = 200;

/// No line of the protocol: the program's own output.
struct own_output {
  std::string_view text;
};

/// Ends the call.
struct answer {
  /// What became of the batch.
  enum class kind {
    ack,         ///< all of it is processed
    ack_through, ///< up to `offset`
    no_ack,      ///< acks follow
    continued,   ///< let go of, without an ack
    failed,      ///< all of it
    failed_at,   ///< at `offset`
    rejected,    ///< `offset`, and trying again is no use
    not_begun,   ///< the program ended before it read the batch
  };
  kind what = kind::ack;
  offset_t offset = -1;
  std::string cause;
  /// What kind of failure it is, in a word or two.
  std::string error_class = "failed";
  std::vector<output> outputs; ///< of `ack` and `ack_through`
  /// Which batch it is for, where the program says so.
  std::optional<std::string> topic;
  std::optional<partition_t> partition;
  std::optional<offset_t> last;
  std::optional<std::uint64_t> generation;
};

/// Just these records are processed.
struct acked {
  std::vector<offset_t> offsets;
  std::uint64_t generation = 0;
};

/// All up to this one are.
struct acked_through {
  offset_t offset = -1;
  std::uint64_t generation = 0;
};

/// A record that was kept without an ack has failed.
struct nacked {
  offset_t offset = -1;
  std::string cause;
  bool retry = true; ///< false: trying again is no use
};

/// `call-timeout` begins anew.
struct working {};

/// A line for the log; `level` as in syslog(3).
struct log_line {
  int level = 6;
  std::string text;
};

/// Begins with `{` and is nothing of the above. `reason` says what is wrong,
/// and quotes the line's begin.
struct bad_line {
  std::string reason;
};

/// A line of the program. Views belong to the line.
using program_line = std::variant<own_output, answer, acked, acked_through,
                                  nacked, working, log_line, bad_line>;

/// `line` has no newline.
program_line parse_line(std::string_view line);

/// The begin of `line` as text in UTF-8 without control characters.
std::string quoted_start(std::string_view line);

} // namespace cafka::exec
