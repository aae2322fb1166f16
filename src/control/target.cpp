#include "control/target.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <vector>

namespace cafka::control {

namespace {

/// `0 to 3, 5`.
std::string ranges_text(const std::vector<partition_t>& xs) {
  std::string result;
  for (std::size_t i = 0; i < xs.size();) {
    auto j = i;
    while (j + 1 < xs.size() && xs[j + 1] == xs[j] + 1)
      ++j;
    result += result.empty() ? "" : ", ";
    result += i == j ? std::to_string(xs[i])
                     : fmt::format("{} to {}", xs[i], xs[j]);
    i = j + 1;
  }
  return result;
}

std::string held_text(const group_view& x) {
  std::map<std::string, std::vector<partition_t>> all;
  for (auto& p : x.partitions)
    all[p.tp.topic].push_back(p.tp.partition);
  std::string result;
  for (auto& [topic, partitions] : all) {
    std::ranges::sort(partitions);
    result += fmt::format("{}{}/{}", result.empty() ? "" : "; ", topic,
                          ranges_text(partitions));
  }
  return result.empty() ? "no partition" : result;
}

} // namespace

std::optional<topic_partition> parse_partition(std::string_view x) {
  auto slash = x.rfind('/'); // no topic has one
  topic_partition result{std::string{x.substr(0, slash)}, -1};
  if (result.topic.empty() || result.topic.find('/') != std::string::npos)
    return std::nullopt;
  if (slash == x.npos)
    return result;
  auto number = x.substr(slash + 1);
  auto [end, failure] = std::from_chars(number.begin(), number.end(),
                                        result.partition);
  if (number.empty() || failure != std::errc{} || end != number.end()
      || result.partition < 0)
    return std::nullopt;
  return result;
}

const group_view* choose_group(const status_view& from, const std::string& name,
                               std::string& wrong) {
  if (name.empty() && from.groups.size() == 1)
    return &from.groups.front();
  auto i = std::ranges::find(from.groups, name, &group_view::name);
  if (i != from.groups.end())
    return &*i;
  std::string names;
  for (auto& x : from.groups)
    names += (names.empty() ? "" : ", ") + x.name;
  if (names.empty())
    wrong = "no group runs there";
  else if (name.empty())
    wrong = "several groups run there, and --group says which: " + names;
  else
    wrong = fmt::format("--group {}: no group of this name runs there; {} {}",
                        name, names, from.groups.size() > 1 ? "do" : "does");
  return nullptr;
}

const partition_view* choose_partition(const group_view& from,
                                       const topic_partition& x,
                                       std::string& wrong) {
  auto i = std::ranges::find(from.partitions, x, &partition_view::tp);
  if (i != from.partitions.end())
    return &*i;
  wrong
    = fmt::format("{}: this member of group {} holds {}. Another member may "
                  "hold it",
                  to_string(x), from.name, held_text(from));
  return nullptr;
}

} // namespace cafka::control
