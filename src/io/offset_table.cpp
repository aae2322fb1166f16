#include "io/offset_table.hpp"

#include "core/text_field.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace cafka::io {

namespace {

using cells = std::array<std::string, 7>;

constexpr auto beyond_end = "beyond the end";
constexpr auto below_start = "below the start";

constexpr auto nothing = "-";
constexpr auto not_known = "?";

/// Cells in front; those behind are numbers, and the last is a text again.
constexpr std::size_t texts = 2;

bool is_text(std::size_t cell) {
  return cell < texts || cell + 1 == std::tuple_size_v<cells>;
}

std::string text_of(const std::optional<std::int64_t>& x, const char* without) {
  return x ? std::to_string(*x) : without;
}

std::string committed_in(const offset_row& x) {
  return text_of(x.committed, x.committed_is_known ? nothing : not_known);
}

std::string end_in(const offset_row& x) {
  return x.in_log ? std::to_string(x.in_log->last) : not_known;
}

std::string lag_in(const offset_row& x) {
  return text_of(x.lag(),
                 x.committed_is_known && x.in_log ? nothing : not_known);
}

/// The table has no column for the start, which matters here alone.
std::string mark_in(const offset_row& x) {
  auto result = x.mark();
  return result == below_start ? fmt::format("{}, {}", result, x.in_log->first)
                               : result;
}

std::string line_of(const cells& xs, const std::array<std::size_t, 7>& widths) {
  std::string result;
  for (std::size_t i = 0; i < xs.size(); ++i)
    result += is_text(i) ? fmt::format("{:<{}}  ", xs[i], widths[i])
                         : fmt::format("{:>{}}  ", xs[i], widths[i]);
  result.erase(result.find_last_not_of(' ') + 1);
  return result + "\n";
}

nlohmann::json json_of(const std::optional<std::int64_t>& x) {
  return x ? nlohmann::json(*x) : nlohmann::json(nullptr);
}

nlohmann::json mark_json(const offset_row& x) {
  auto mark = x.mark();
  return mark.empty() ? nlohmann::json(nullptr) : nlohmann::json(mark);
}

} // namespace

std::optional<std::int64_t> offset_row::lag() const {
  if (!committed || !in_log)
    return std::nullopt;
  auto next = std::max(*committed, in_log->first);
  return std::max<std::int64_t>(in_log->last - next, 0);
}

std::string offset_row::mark() const {
  if (!committed || !in_log)
    return {};
  if (*committed > in_log->last)
    return beyond_end;
  return *committed < in_log->first ? below_start : "";
}

std::string table_of(const std::vector<offset_row>& xs) {
  std::vector<cells> lines{
    {"GROUP", "TOPIC", "PARTITION", "COMMITTED", "END", "LAG", "MARK"}};
  for (auto& x : xs)
    lines.push_back({field_value(x.group), field_value(x.tp.topic),
                     std::to_string(x.tp.partition), committed_in(x), end_in(x),
                     lag_in(x), mark_in(x)});
  std::array<std::size_t, 7> widths{};
  for (auto& line : lines)
    for (std::size_t i = 0; i < line.size(); ++i)
      widths[i] = std::max(widths[i], line[i].size());
  std::string result;
  for (auto& line : lines)
    result += line_of(line, widths);
  return result;
}

std::string json_of(const std::vector<offset_row>& xs) {
  using number = std::optional<std::int64_t>;
  auto result = nlohmann::ordered_json::array();
  for (auto& x : xs)
    result.push_back(
      {{"group", x.group},
       {"topic", x.tp.topic},
       {"partition", x.tp.partition},
       {"committed", json_of(x.committed)},
       {"committed_is_known", x.committed_is_known},
       {"start", json_of(x.in_log ? number{x.in_log->first} : number{})},
       {"end", json_of(x.in_log ? number{x.in_log->last} : number{})},
       {"lag", json_of(x.lag())},
       {"mark", mark_json(x)}});
  return result.dump() + "\n";
}

} // namespace cafka::io
