#include "app/offset_table.hpp"

#include "core/text_field.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace cafka::app {

namespace {

using cells = std::array<std::string, 6>;

constexpr std::size_t texts = 2; // cells in front; those behind are numbers

std::string text_of(const std::optional<offset_t>& x) {
  return x ? std::to_string(*x) : "-";
}

std::string line_of(const cells& xs, const std::array<std::size_t, 6>& widths) {
  std::string result;
  for (std::size_t i = 0; i < xs.size(); ++i)
    result += i < texts ? fmt::format("{:<{}}  ", xs[i], widths[i])
                        : fmt::format("{:>{}}  ", xs[i], widths[i]);
  result.erase(result.find_last_not_of(' ') + 1);
  return result + "\n";
}

nlohmann::json json_of(const std::optional<offset_t>& x) {
  return x ? nlohmann::json(*x) : nlohmann::json(nullptr);
}

} // namespace

std::string table_of(const std::vector<offset_row>& xs) {
  std::vector<cells> lines{
    {"GROUP", "TOPIC", "PARTITION", "COMMITTED", "END", "LAG"}};
  for (auto& x : xs)
    lines.push_back({field_value(x.group), field_value(x.tp.topic),
                     std::to_string(x.tp.partition), text_of(x.committed),
                     text_of(x.end), text_of(x.lag())});
  std::array<std::size_t, 6> widths{};
  for (auto& line : lines)
    for (std::size_t i = 0; i < line.size(); ++i)
      widths[i] = std::max(widths[i], line[i].size());
  std::string result;
  for (auto& line : lines)
    result += line_of(line, widths);
  return result;
}

std::string json_of(const std::vector<offset_row>& xs) {
  auto result = nlohmann::ordered_json::array();
  for (auto& x : xs)
    result.push_back({{"group", x.group},
                      {"topic", x.tp.topic},
                      {"partition", x.tp.partition},
                      {"committed", json_of(x.committed)},
                      {"end", json_of(x.end)},
                      {"lag", json_of(x.lag())}});
  return result.dump() + "\n";
}

} // namespace cafka::app
