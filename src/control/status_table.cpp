#include "control/status_table.hpp"

#include "core/utf8_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace cafka::control {

namespace {

constexpr std::size_t columns = 12;
using cells = std::array<std::string, columns>;

/// The names of partitions and states, and why, to the left.
constexpr std::array<bool, columns> is_text{true,  true,  false, false,
                                            false, false, false, false,
                                            false, false, false, true};

constexpr auto nothing = "-";

// Select Graphic Rendition (ECMA-48).
constexpr std::string_view red = "\033[31m";
constexpr std::string_view yellow = "\033[33m";
constexpr std::string_view plain = "\033[0m";

/// A group and the partitions below it take these besides.
constexpr std::size_t lines_of_head = 2;

struct line {
  std::string text;
  std::string_view colour;
};

const cells titles{"PARTITION", "STATE",     "NEXT TRY",  "LAG",
                   "PROGRESS",  "COMMITTED", "WATERMARK", "END",
                   "WINDOW",    "CALL",      "RESTARTS",  "WHY"};

std::string number_text(const known& x) {
  return x ? std::to_string(*x) : nothing;
}

std::string time_text(const known& ms) {
  return ms ? span_text(*ms) : nothing;
}

cells cells_of(const partition_view& x) {
  return {to_string(x.tp),
          x.paused ? x.state + ", paused" : x.state,
          time_text(x.next_try_ms),
          number_text(x.lag),
          time_text(x.progress_ms),
          number_text(x.committed),
          number_text(x.watermark),
          number_text(x.end),
          std::to_string(x.window),
          time_text(x.call_ms),
          std::to_string(x.restarts),
          core::visible_text(x.why)};
}

std::string line_of(const cells& xs,
                    const std::array<std::size_t, columns>& w) {
  std::string result;
  for (std::size_t i = 0; i < columns; ++i)
    result += is_text[i] ? fmt::format("{:<{}}  ", xs[i], w[i])
                         : fmt::format("{:>{}}  ", xs[i], w[i]);
  result.erase(result.find_last_not_of(' ') + 1);
  return result;
}

std::string_view colour_of(const partition_view& x) {
  if (!x.is_healthy())
    return red;
  return x.paused ? yellow : std::string_view{};
}

/// At most so many of its partitions; how many more there are is told.
void add_partitions(const group_view& from, std::size_t most,
                    std::vector<line>& to) {
  std::vector<cells> rows{titles};
  auto shown = std::min(most, from.partitions.size());
  for (std::size_t i = 0; i < shown; ++i)
    rows.push_back(cells_of(from.partitions[i]));
  std::array<std::size_t, columns> widths{};
  for (auto& row : rows)
    for (std::size_t i = 0; i + 1 < columns; ++i) // the last has no neighbour
      widths[i] = std::max(widths[i], row[i].size());
  for (std::size_t i = 0; i < rows.size(); ++i)
    to.push_back(
      {line_of(rows[i], widths),
       i == 0 ? std::string_view{} : colour_of(from.partitions[i - 1])});
  if (auto left = from.partitions.size() - shown; left > 0)
    to.push_back({fmt::format("and {} more", left), {}});
}

std::string pause_text(const pause_view& x) {
  auto what = x.topic.empty() ? std::string{"all partitions"} : x.topic;
  if (x.partition)
    what += fmt::format("/{}", *x.partition);
  auto result = "paused: " + what;
  if (!x.who.empty())
    result += " by " + x.who;
  return x.reason.empty() ? result : result + ": " + x.reason;
}

bool is_bad(const group_view& x) {
  auto is_wrong = x.ended ? !x.end_text.empty()
                          : x.state == "restarting"
                              || (!x.state.empty() && !x.connected);
  return is_wrong
         || (!x.partitions.empty() && !x.partitions.front().is_healthy());
}

void add_group(const group_view& x, std::size_t partitions_max,
               std::vector<line>& to) {
  auto name = x.group.empty() || x.group == x.name
                ? x.name
                : fmt::format("{} ({})", x.name, x.group);
  to.push_back({core::visible_text(name + ": " + sentence_of(x)),
                is_bad(x) ? red : std::string_view{}});
  for (auto& pause : x.pauses)
    to.push_back({core::visible_text(pause_text(pause)), yellow});
  if (!x.ended && !x.partitions.empty())
    add_partitions(x, partitions_max, to);
}

/// So many partitions of each group that all groups are seen.
std::size_t partitions_each(const status_view& x, std::size_t lines) {
  std::size_t taken = 0;
  for (auto& group : x.groups)
    taken += lines_of_head + 1 + group.pauses.size(); // "and … more"
  auto left = lines > taken ? lines - taken : 0;
  return std::max<std::size_t>(left / x.groups.size(), 1);
}

} // namespace

std::string cut_line(const std::string& x, std::size_t most) {
  if (most == 0)
    return x;
  std::size_t characters = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    auto begins = (static_cast<unsigned char>(x[i]) & 0xc0u) != 0x80u;
    if (begins && characters++ == most)
      return x.substr(0, i);
  }
  return x;
}

std::vector<std::string> table_of(const status_view& x, table_limits within) {
  if (x.groups.empty())
    return {"no group runs"};
  auto most = within.lines == 0 ? std::string::npos
                                : partitions_each(x, within.lines);
  std::vector<line> lines;
  for (auto& group : x.groups)
    add_group(group, most, lines);
  if (within.lines != 0 && lines.size() > within.lines)
    lines.resize(within.lines);
  std::vector<std::string> result;
  for (auto& [text, colour] : lines) {
    auto shown = cut_line(text, within.columns);
    result.push_back(within.coloured && !colour.empty()
                       ? fmt::format("{}{}{}", colour, shown, plain)
                       : shown);
  }
  return result;
}

} // namespace cafka::control
