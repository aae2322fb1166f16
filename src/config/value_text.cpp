#include "config/value_text.hpp"

#include "config/properties.hpp"
#include "kafka/property_check.hpp"

#include <caf/deep_to_string.hpp>

#include <fmt/format.h>

namespace cafka {

namespace {

using caf::get_if;

std::string in_braces(const std::vector<std::string>& entries) {
  return entries.empty() ? "{ }"
                         : fmt::format("{{ {} }}", fmt::join(entries, ", "));
}

template <class T>
std::string in_brackets(const std::vector<T>& items) {
  std::vector<std::string> texts;
  for (auto& item : items)
    texts.push_back(show(item));
  return fmt::format("[{}]", fmt::join(texts, ", "));
}

std::string entry(const std::string& key, const std::string& value) {
  return fmt::format("{} = {}", key,
                     kafka::is_secret_property(key) ? "(hidden)" : value);
}

} // namespace

std::string show(const std::string& x) {
  std::string result = "\"";
  for (auto c : x)
    switch (c) {
      case '\n':
        result += "\\n";
        break;
      case '\r':
        result += "\\r";
        break;
      case '\t':
        result += "\\t";
        break;
      case '"':
      case '\\':
        result += '\\';
        [[fallthrough]];
      default:
        result += c;
    }
  return result + '"';
}

std::string show(bool x) {
  return x ? "true" : "false";
}

std::string show(std::optional<bool> x) {
  return x ? show(*x) : show(std::string{auto_name});
}

std::string show(std::size_t x) {
  return std::to_string(x);
}

std::string show(int x) {
  return std::to_string(x);
}

std::string show(std::chrono::milliseconds x) {
  if (x.count() % 60'000 == 0 && x.count() != 0)
    return fmt::format("{}min", x.count() / 60'000);
  if (x.count() % 1'000 == 0)
    return fmt::format("{}s", x.count() / 1'000);
  return fmt::format("{}ms", x.count());
}

std::string show(caf::timespan x) {
  auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(x);
  if (ms == x)
    return show(ms);
  auto us = std::chrono::duration_cast<std::chrono::microseconds>(x);
  return us == x ? fmt::format("{}us", us.count())
                 : fmt::format("{}ns", x.count());
}

std::string show(const std::vector<std::string>& x) {
  return in_brackets(x);
}

std::string show(const caf::settings& x) {
  std::vector<std::string> entries;
  for (auto& [key, value] : x)
    entries.push_back(entry(std::string{key}, show(value)));
  return in_braces(entries);
}

std::string show(const caf::config_value& x) {
  // CAF's versions render most of these each in its own way.
  if (auto* text = get_if<std::string>(&x))
    return show(*text);
  if (auto* flag = get_if<bool>(&x))
    return show(*flag);
  if (auto* number = get_if<double>(&x))
    return fmt::format("{}", *number);
  if (auto* span = get_if<caf::timespan>(&x))
    return show(*span);
  if (auto* nested = get_if<caf::settings>(&x))
    return show(*nested);
  auto* list = get_if<caf::config_value::list>(&x);
  return list ? in_brackets(*list) : caf::deep_to_string(x);
}

std::string show(const begin_offset& x) {
  if (auto* exact = std::get_if<offset_t>(&x))
    return std::to_string(*exact);
  return std::get<logical_offset>(x) == logical_offset::earliest
           ? "\"earliest\""
           : "\"latest\"";
}

std::string show(offset_reset_policy x) {
  return show(std::string{offset_reset_names[static_cast<std::size_t>(x)]});
}

std::string show(assignment_strategy x) {
  return show(std::string{strategy_names[static_cast<std::size_t>(x)]});
}

std::string show(exhaustion_policy x) {
  return show(std::string{exhaustion_names[static_cast<std::size_t>(x)]});
}

std::string show(failure_step x) {
  return show(std::string{failure_step_names[static_cast<std::size_t>(x)]});
}

std::string show(const std::vector<failure_step>& x) {
  return in_brackets(x);
}

std::string show(header_style x) {
  return show(std::string{header_style_names[static_cast<std::size_t>(x)]});
}

std::string show(const std::map<std::string, std::string>& x) {
  std::vector<std::string> entries;
  for (auto& [name, value] : x)
    entries.push_back(entry(key_of_property(name), show(value)));
  return in_braces(entries);
}

} // namespace cafka
