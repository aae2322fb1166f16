#include "core/log_line.hpp"

#include "core/text_field.hpp"
#include "core/utf8_text.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace cafka::core {

namespace {

constexpr std::array<std::string_view, 3> format_names{"text", "json",
                                                       "logfmt"};
constexpr std::array<std::string_view, 8> level_names{"emergency", "alert",
                                                      "critical",  "error",
                                                      "warning",   "notice",
                                                      "info",      "debug"};

constexpr std::size_t date_size = std::string_view{"2026-11-29T"}.size();

int in_range(int level) noexcept {
  return std::clamp(level, 0, static_cast<int>(level_names.size()) - 1);
}

/// With zeros in front, up to `digits`.
std::string padded(std::int64_t x, std::size_t digits) {
  auto result = std::to_string(x);
  if (result.size() < digits)
    result.insert(0, digits - result.size(), '0');
  return result;
}

std::string text_of(const log_line::value& x) {
  if (auto* number = std::get_if<std::int64_t>(&x))
    return std::to_string(*number);
  return field_value(std::get<std::string>(x));
}

// -- text ---------------------------------------------------------------------

constexpr std::string_view plain = "\x1b[0m";
constexpr std::string_view dim = "\x1b[2m";

std::string_view colour_of(int level) noexcept {
  constexpr std::string_view red = "\x1b[31m";
  constexpr std::string_view yellow = "\x1b[33m";
  return level <= log_level::error     ? red
         : level == log_level::warning ? yellow
         : level == log_level::debug   ? dim
                                       : std::string_view{};
}

std::string coloured(std::string_view x, std::string_view colour,
                     const log_look& look) {
  std::string result{x};
  return look.colours && !colour.empty()
           ? std::string{colour} + result + std::string{plain}
           : result;
}

std::string people_text(const log_line& x, std::string time,
                        const log_look& look) {
  if (look.short_time)
    time.erase(0, date_size);
  auto result = coloured(time, dim, look) + ' '
                + coloured(level_name(x.level), colour_of(x.level), look);
  for (auto* word : {&x.group, &x.partition, &x.event})
    if (!word->empty())
      result += ' ' + field_value(*word);
  for (auto& [name, value] : x.fields)
    result += ' ' + name + '=' + text_of(value);
  if (!x.text.empty())
    result += ": " + escaped(x.text);
  return result;
}

// -- logfmt -------------------------------------------------------------------

std::string logfmt_text(const log_line& x, const std::string& time) {
  auto result = "time=" + time + " level=" + std::string{level_name(x.level)};
  auto add = [&](std::string_view name, const std::string& value) {
    result += ' ';
    result += name;
    result += '=' + value;
  };
  if (!x.group.empty())
    add("group", field_value(x.group));
  if (!x.partition.empty())
    add("partition", field_value(x.partition));
  if (!x.event.empty())
    add("event", field_value(x.event));
  add_fields(result, x);
  return result;
}

// -- json ---------------------------------------------------------------------

void add_code(std::string& to, unsigned char code) {
  constexpr auto digits = "0123456789abcdef";
  to += "\\u00";
  to += digits[code / 16];
  to += digits[code % 16];
}

void add_json_character(std::string& to, std::string_view x) {
  if (is_control(x))
    add_code(to, static_cast<unsigned char>(x.back()));
  else if (x == "\"" || x == "\\")
    to += '\\' + std::string{x};
  else
    to += x;
}

std::string json_string(std::string_view x) {
  std::string result{'"'};
  auto clean = utf8_text(x, std::string::npos);
  for (std::string_view rest{clean}; !rest.empty();) {
    auto size = character_size(rest);
    add_json_character(result, rest.substr(0, size));
    rest.remove_prefix(size);
  }
  return result + '"';
}

std::string json_text(const log_line& x, const std::string& time) {
  auto result = "{\"time\":\"" + time + "\",\"level\":\""
                + std::string{level_name(x.level)} + '"';
  auto add = [&](std::string_view name, const std::string& value) {
    result += ',' + json_string(name) + ':' + value;
  };
  auto add_text = [&](std::string_view name, const std::string& value) {
    if (!value.empty())
      add(name, json_string(value));
  };
  add_text("group", x.group);
  add_text("partition", x.partition);
  add_text("event", x.event);
  for (auto& [name, value] : x.fields)
    if (auto* number = std::get_if<std::int64_t>(&value))
      add(name, std::to_string(*number));
    else
      add(name, json_string(std::get<std::string>(value)));
  add_text("text", x.text);
  return result + '}';
}

template <std::size_t Size>
std::optional<std::size_t>
place_of(std::string_view name,
         const std::array<std::string_view, Size>& in) noexcept {
  auto* found = std::find(in.begin(), in.end(), name);
  if (found == in.end())
    return std::nullopt;
  return static_cast<std::size_t>(found - in.begin());
}

} // namespace

std::optional<log_format> log_format_of(std::string_view name) noexcept {
  if (auto place = place_of(name, format_names))
    return static_cast<log_format>(*place);
  return std::nullopt;
}

std::string_view level_name(int level) noexcept {
  return level_names[static_cast<std::size_t>(in_range(level))];
}

std::optional<int> level_of(std::string_view name) noexcept {
  if (auto place = place_of(name, level_names))
    return static_cast<int>(*place);
  return std::nullopt;
}

std::string utc_text(std::int64_t ms) {
  using namespace std::chrono;
  sys_time<milliseconds> time{milliseconds{ms}};
  auto midnight = floor<days>(time);
  year_month_day date{midnight};
  hh_mm_ss clock{time - midnight};
  return padded(static_cast<int>(date.year()), 4) + '-'
         + padded(static_cast<unsigned>(date.month()), 2) + '-'
         + padded(static_cast<unsigned>(date.day()), 2) + 'T'
         + padded(clock.hours().count(), 2) + ':'
         + padded(clock.minutes().count(), 2) + ':'
         + padded(clock.seconds().count(), 2) + '.'
         + padded(clock.subseconds().count(), 3) + 'Z';
}

void add_fields(std::string& to, const log_line& x) {
  for (auto& [name, value] : x.fields)
    to += ' ' + name + '=' + text_of(value);
  if (!x.text.empty())
    to += " text=" + in_quotes(x.text);
}

std::string to_text(const log_line& x, std::int64_t time_ms, log_format format,
                    const log_look& look) {
  auto time = utc_text(time_ms);
  std::string result;
  if (look.priorities)
    result = '<' + std::to_string(in_range(x.level)) + '>';
  switch (format) {
    case log_format::text:
      return result + people_text(x, std::move(time), look);
    case log_format::json:
      return result + json_text(x, time);
    case log_format::logfmt:
      return result + logfmt_text(x, time);
  }
  return result;
}

} // namespace cafka::core
