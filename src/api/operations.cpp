#include "core/time_text.hpp"

#include <cafka/operations.hpp>

#include <charconv>

namespace cafka {

namespace {

std::optional<std::int64_t> read_number(std::string_view x) {
  std::int64_t result = 0;
  auto* end = x.data() + x.size();
  auto [rest, failure] = std::from_chars(x.data(), end, result);
  if (failure != std::errc{} || rest != end || result < 0)
    return std::nullopt;
  return result;
}

} // namespace

std::optional<target_position> parse_target_position(std::string_view x) {
  using kind = target_position::kind;
  constexpr std::string_view unit = "ms";
  if (x == "earliest")
    return target_position{kind::earliest, 0};
  if (x == "latest")
    return target_position{kind::latest, 0};
  if (auto offset = read_number(x))
    return target_position{kind::offset, *offset};
  auto time = x.ends_with(unit)
                ? read_number(x.substr(0, x.size() - unit.size()))
                : core::parse_time(x);
  if (!time)
    return std::nullopt;
  return target_position{kind::time, *time};
}

std::string to_string(const target_position& x) {
  switch (x.what) {
    case target_position::kind::offset:
      return std::to_string(x.value);
    case target_position::kind::earliest:
      return "earliest";
    case target_position::kind::latest:
      return "latest";
    case target_position::kind::time:
      return std::to_string(x.value) + "ms";
  }
  return "unknown";
}

std::string to_string(operation_result x) {
  switch (x) {
    case operation_result::done:
      return "done";
    case operation_result::unchanged:
      return "unchanged";
    case operation_result::invalid:
      return "invalid";
    case operation_result::unavailable:
      return "unavailable";
    case operation_result::not_held:
      return "not_held";
    case operation_result::given_back:
      return "given_back";
    case operation_result::busy:
      return "busy";
    case operation_result::on_its_way:
      return "on_its_way";
    case operation_result::handled:
      return "handled";
    case operation_result::not_failing:
      return "not_failing";
    case operation_result::blame_unknown:
      return "blame_unknown";
    case operation_result::not_delivered:
      return "not_delivered";
    case operation_result::no_dead_letter_topic:
      return "no_dead_letter_topic";
    case operation_result::dead_letter_failed:
      return "dead_letter_failed";
    case operation_result::out_of_range:
      return "out_of_range";
    case operation_result::position_unknown:
      return "position_unknown";
    case operation_result::not_confirmed:
      return "not_confirmed";
  }
  return "unknown";
}

} // namespace cafka
