#include "dead_letters/dead_letters.hpp"

#include "api/stop_signal.hpp"
#include "core/text_field.hpp"
#include "core/utf8_text.hpp"
#include "io/notes.hpp"
#include "io/record_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace cafka::app {

namespace {

using nlohmann::json;

/// Of a key or a cause in a line of the table.
constexpr std::size_t shown_bytes_max = 200;

constexpr auto columns = "{:<28} {:<20} {:<24} {:>8} {:<24} {}\n";

template <class T>
bool read_number(std::string_view text, T& to) {
  auto* end = text.data() + text.size();
  auto [rest, failure] = std::from_chars(text.data(), end, to);
  return failure == std::errc{} && rest == end && to >= 0;
}

std::string place_of(const topic_partition& tp, offset_t offset) {
  return fmt::format("{}-{}@{}", tp.topic, tp.partition, offset);
}

std::string place_of(const owned_record& x) {
  return place_of({x.topic(), x.partition()}, x.offset());
}

std::string shown(std::string_view x) {
  return field_value(core::utf8_text(x, shown_bytes_max));
}

std::string cause_of(const core::dead_letter& x) {
  return x.error_class.empty() || x.cause.empty()
           ? x.error_class + x.cause
           : x.error_class + ": " + x.cause;
}

std::string line_of(const found_letter& x) {
  auto key = x.record.view().key();
  auto& letter = x.letter;
  return fmt::format(columns, place_of(x.record), text_of_time(x.time_ms()),
                     place_of(letter.source, letter.offset),
                     letter.failures ? std::to_string(*letter.failures) : "-",
                     key ? shown(*key) : "-", shown(cause_of(letter)));
}

/// Text, or null; bytes that are no UTF-8 are replaced.
json text_or_null(const optional_bytes& x) {
  return x ? json(core::utf8_text(*x, x->size() * 3)) : json();
}

template <class T>
json number_or_null(const std::optional<T>& x) {
  return x ? json(*x) : json();
}

json json_of(const found_letter& x) {
  auto& letter = x.letter;
  return {{"where", place_of(x.record)},
          {"time", number_or_null(x.time_ms())},
          {"topic", letter.source.topic},
          {"partition", letter.source.partition},
          {"offset", letter.offset},
          {"failures", number_or_null(letter.failures)},
          {"class", letter.error_class},
          {"cause", letter.cause},
          {"key", text_or_null(x.record.view().key())},
          {"replays", letter.replays}};
}

exit_code broker_failed(const kafka::error& why) {
  complain_of_letters(fmt::format("{}: {}", to_string(why.code), why.text));
  return exit_code::broker_failed;
}

} // namespace

void complain_of_letters(const std::string& text) {
  io::print_note("cafka dead-letters: " + text);
}

exit_code list_letters(const group_config& config, const letter_arguments& args,
                       bool json) {
  auto reader = dead_letter_reader::open(config, {}, args.timeout);
  if (!reader)
    return broker_failed(reader.failure());
  if (!json)
    fmt::print(columns, "WHERE", "WHEN", "SOURCE", "FAILURES", "KEY", "CAUSE");
  std::uint64_t count = 0;
  while (count < args.limit.value_or(UINT64_MAX)) {
    auto x = (*reader)->next();
    if (!x)
      return broker_failed(x.failure());
    if (!*x)
      break;
    if (!matches(**x, args.filter))
      continue;
    ++count;
    if (json)
      fmt::print("{}{}", count == 1 ? "[" : ",\n ", json_of(**x).dump());
    else
      fmt::print("{}", line_of(**x));
  }
  if (json)
    fmt::print("{}]\n", count == 0 ? "[" : "");
  return stop_signal() == 0 ? exit_code::ok : exit_code_of_signal();
}

std::optional<letter_place>
letter_place_of(std::string_view text, const std::vector<std::string>& topics) {
  auto at = text.rfind('@');
  if (at == std::string_view::npos)
    return std::nullopt;
  letter_place result;
  auto where = text.substr(0, at);
  if (auto dash = where.rfind('-'); dash != std::string_view::npos) {
    result.where.topic = where.substr(0, dash);
    where.remove_prefix(dash + 1);
  } else if (topics.size() == 1) {
    result.where.topic = topics.front();
  }
  auto is_known = std::ranges::find(topics, result.where.topic) != topics.end();
  if (!is_known || !read_number(where, result.where.partition)
      || !read_number(text.substr(at + 1), result.offset))
    return std::nullopt;
  return result;
}

exit_code show_letter(const group_config& config, const letter_arguments& args,
                      const letter_place& place) {
  auto& [where, offset] = place;
  auto reader = dead_letter_reader::open_at(config, where, offset,
                                            args.timeout);
  if (!reader)
    return broker_failed(reader.failure());
  auto x = (*reader)->next();
  if (!x)
    return broker_failed(x.failure());
  if (!*x || (*x)->record.offset() != offset) {
    complain_of_letters(fmt::format("{}: no dead letter of group {}",
                                    place_of(where, offset), config.group));
    return exit_code::check_failed;
  }
  std::string text;
  io::add_json_line(text, (*x)->record.view(), io::bytes_form::text);
  fmt::print("{}", text);
  return exit_code::ok;
}

} // namespace cafka::app
