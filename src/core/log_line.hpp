#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace cafka::core {

/// How a line of the log is written.
enum class log_format {
  text,   ///< for people: `TIME LEVEL GROUP PARTITION EVENT name=value: text`
  json,   ///< an object
  logfmt, ///< `name=value`, all of them
};

/// The name, as it stands in the enumeration; nothing: there is none such.
std::optional<log_format> log_format_of(std::string_view name) noexcept;

/// The levels of syslog(3) that lines of ours have. librdkafka has all of 0 to
/// 7.
struct log_level {
  static constexpr int error = 3;
  static constexpr int warning = 4;
  static constexpr int information = 6;
  static constexpr int debug = 7;
};

/// The name of a level, 0 to 7; one beyond these is the nearest.
std::string_view level_name(int level) noexcept;
/// The level of a name; nothing: there is none such.
std::optional<int> level_of(std::string_view name) noexcept;

/// One thing to be told. What is empty is left out.
struct log_line {
  using value = std::variant<std::int64_t, std::string>;

  int level = log_level::information;
  std::string group;     ///< the Kafka consumer group id
  std::string partition; ///< as `topic/partition`
  std::string event;     ///< one word
  std::vector<std::pair<std::string, value>> fields; ///< by names of one word
  std::string text;                                  ///< for people
};

/// What depends on who reads.
struct log_look {
  bool short_time = false; ///< text: without the date
  bool colours = false;    ///< text: of a terminal (ECMA-48)
  bool priorities = false; ///< `<N>` first, the level, as sd-daemon(3) has it
};

/// `ms` since the epoch as RFC 3339 has it, in UTC with milliseconds.
std::string utc_text(std::int64_t ms);

/// Adds ` name=value` for each of the fields of `x` and its text, as logfmt has
/// it.
void add_fields(std::string& to, const log_line& x);

/// `x` as one line, without a newline, told at `time_ms` since the epoch.
/// Whatever `x` holds, it neither ends the line nor moves a cursor, and the
/// line is UTF-8: control characters and bytes that are no UTF-8 are escaped,
/// the bytes in `json` replaced by U+FFFD.
std::string to_text(const log_line& x, std::int64_t time_ms, log_format format,
                    const log_look& look = {});

} // namespace cafka::core
