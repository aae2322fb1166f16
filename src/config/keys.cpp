#include "config/keys.hpp"

#include "config/nearest_name.hpp"
#include "config/properties.hpp"
#include "config/read_value.hpp"
#include "config/value_text.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <utility>

namespace cafka {

namespace {

using caf::config_value;
using caf::get_if;

constexpr auto unlimited_name = "unlimited";

// -- one reader per type of field ---------------------------------------------

using cafka::read;

bool read(std::size_t& to, const config_value& x) {
  auto* number = get_if<std::int64_t>(&x);
  if (!number || *number < 0)
    return false;
  to = static_cast<std::size_t>(*number);
  return true;
}

bool read(int& to, const config_value& x) {
  auto* number = get_if<std::int64_t>(&x);
  if (!number || !std::in_range<int>(*number))
    return false;
  to = static_cast<int>(*number);
  return true;
}

bool read(std::chrono::milliseconds& to, const config_value& x) {
  auto* span = get_if<caf::timespan>(&x);
  if (!span || *span < caf::timespan{0})
    return false;
  to = std::chrono::duration_cast<std::chrono::milliseconds>(*span);
  return to == *span; // nothing finer than a millisecond
}

/// A number, or without a limit.
bool read_limit(std::size_t& to, const config_value& x) {
  auto* text = get_if<std::string>(&x);
  if (!text || *text != unlimited_name)
    return read(to, x);
  to = unlimited;
  return true;
}

template <class Enum, std::size_t N>
bool read_enum(Enum& to, const config_value& x,
               const std::array<const char*, N>& names) {
  auto* text = get_if<std::string>(&x);
  if (!text)
    return false;
  auto i = std::find(names.begin(), names.end(), *text);
  if (i == names.end())
    return false;
  to = static_cast<Enum>(i - names.begin());
  return true;
}

bool read(failure_step& to, const config_value& x) {
  return read_enum(to, x, failure_step_names);
}

template <class T>
bool read_list(std::vector<T>& to, const config_value& x) {
  auto* list = get_if<config_value::list>(&x);
  if (!list)
    return false;
  to.clear();
  for (auto& item : *list)
    if (!read(to.emplace_back(), item))
      return false;
  return true;
}

bool read(caf::settings& to, const config_value& x) {
  auto* dictionary = get_if<caf::settings>(&x);
  if (dictionary)
    to = *dictionary;
  return dictionary != nullptr;
}

bool read(begin_offset& to, const config_value& x) {
  if (auto* number = get_if<std::int64_t>(&x)) {
    to = *number;
    return *number >= 0;
  }
  auto* text = get_if<std::string>(&x);
  if (!text || (*text != "earliest" && *text != "latest"))
    return false;
  to = *text == "earliest" ? logical_offset::earliest : logical_offset::latest;
  return true;
}

/// A flag, or what fits.
bool read(std::optional<bool>& to, const config_value& x) {
  auto* text = get_if<std::string>(&x);
  if (text && *text == auto_name) {
    to.reset();
    return true;
  }
  return read(to.emplace(), x);
}

bool read(offset_reset_policy& to, const config_value& x) {
  return read_enum(to, x, offset_reset_names);
}

bool read(assignment_strategy& to, const config_value& x) {
  return read_enum(to, x, strategy_names);
}

bool read(exhaustion_policy& to, const config_value& x) {
  return read_enum(to, x, exhaustion_names);
}

bool read(std::vector<failure_step>& to, const config_value& x) {
  return read_list(to, x);
}

bool read(header_style& to, const config_value& x) {
  return read_enum(to, x, header_style_names);
}

bool read(std::map<std::string, std::string>& to, const config_value& x) {
  auto* dictionary = get_if<caf::settings>(&x);
  if (!dictionary)
    return false;
  for (auto& [name, value] : properties_in(*dictionary)) {
    auto* text = get_if<std::string>(value);
    to[name] = text ? *text : show(*value);
  }
  return true;
}

/// `field` gives the value in a `group_config`: a member, or a function.
template <class Field>
config_key key(std::string_view name, std::string_view allowed, Field field) {
  return {name, allowed,
          [field](configured_group& to, const config_value& x) {
            return read(std::invoke(field, to.options.config), x);
          },
          [field](const configured_group& from) {
            return show(std::invoke(field, from.options.config));
          }};
}

template <class Field>
config_key limit_key(std::string_view name, Field field) {
  return {name, "\"unlimited\", or a whole number from 0",
          [field](configured_group& to, const config_value& x) {
            return read_limit(std::invoke(field, to.options.config), x);
          },
          [field](const configured_group& from) {
            auto max = std::invoke(field, from.options.config);
            return max == unlimited ? show(std::string{unlimited_name})
                                    : show(max);
          }};
}

template <class T>
auto in_failures(T failure_config::*field) {
  return [field](auto& x) -> auto& {
    return x.on_failure.*field;
  };
}

template <class T>
auto in_dead_letters(T dead_letter_config::*field) {
  return [field](auto& x) -> auto& {
    return x.on_failure.dead_letter.*field;
  };
}

constexpr auto a_text = "a text in quotes";
constexpr auto texts = "a list of texts in quotes";
constexpr auto a_number = "a whole number from 0";
constexpr auto a_flag = "true or false";
constexpr auto a_time = "a time such as 100ms, 5s or 10min, in whole ms from 0";
constexpr auto dictionary = "a dictionary { … }";

/// It stands beside the group's settings, not in them.
config_key handler_key() {
  return {"handler", a_text,
          [](configured_group& to, const config_value& x) {
            return read(to.handler, x);
          },
          [](const configured_group& from) { return show(from.handler); }};
}

std::vector<config_key> make_keys() {
  using c = group_config;
  using f = failure_config;
  using d = dead_letter_config;
  return {
    key("name", a_text, &c::name),
    key("endpoints", texts, &c::endpoints),
    key("group", a_text, &c::group),
    key("topics", texts, &c::topics),
    handler_key(),
    key("handler-init-args", dictionary, &c::handler_init_args),
    key("min-bytes", a_number, &c::min_bytes),
    key("max-bytes", a_number, &c::max_bytes),
    key("max-wait-time", a_time, &c::max_wait_time),
    key("sleep-timeout", a_time, &c::sleep_timeout),
    key("prefetch-count", a_number, &c::prefetch_count),
    key("prefetch-bytes", a_number, &c::prefetch_bytes),
    key("begin-offset", "\"earliest\", \"latest\" or an offset from 0",
        &c::begin_offset),
    key("offset-reset-policy", "\"reset-to-earliest\" or \"reset-to-latest\"",
        &c::offset_reset_policy),
    key("kafka", dictionary, &c::kafka),
    key("assignment-strategy",
        "\"cooperative-sticky\", \"range\" or \"roundrobin\"",
        &c::assignment_strategy),
    key("group-instance-id", a_text, &c::group_instance_id),
    key("batch-size", a_number, &c::batch_size),
    key("commit-interval", a_time, &c::commit_interval),
    key("commit-count", a_number, &c::commit_count),
    key("restart-backoff-min", a_time, &c::restart_backoff_min),
    key("restart-backoff-max", a_time, &c::restart_backoff_max),
    limit_key("restart-max", &c::restart_max),
    key("restart-window", a_time, &c::restart_window),
    key("supervisor-restart-max", a_number, &c::supervisor_restart_max),
    key("supervisor-restart-window", a_time, &c::supervisor_restart_window),
    key("supervisor-backoff-min", a_time, &c::supervisor_backoff_min),
    key("supervisor-backoff-max", a_time, &c::supervisor_backoff_max),
    key("on-exhausted", "\"stop-partition\" or \"stop-group\"",
        &c::on_exhausted),
    limit_key("on-failure.retries", in_failures(&f::retries)),
    key("on-failure.then",
        "a list of \"dead-letter\", \"skip\", \"stop-partition\" and "
        "\"stop-group\"",
        in_failures(&f::then)),
    key("on-failure.flood-after", a_number, in_failures(&f::flood_after)),
    key("on-failure.flood-interval", a_time, in_failures(&f::flood_interval)),
    key("on-failure.dead-letter.topic", a_text, in_dead_letters(&d::topic)),
    key("on-failure.dead-letter.create", a_flag, in_dead_letters(&d::create)),
    key("on-failure.dead-letter.replication", "-1, or a whole number from 1",
        in_dead_letters(&d::replication)),
    key("on-failure.dead-letter.copy-headers", a_flag,
        in_dead_letters(&d::copy_headers)),
    key("on-failure.dead-letter.header-style", "\"kafka\" or \"spring\"",
        in_dead_letters(&d::headers)),
    key("on-failure.dead-letter.timeout", a_time, in_dead_letters(&d::timeout)),
    key("producer", dictionary, &c::producer),
    key("outputs-max-bytes", a_number, &c::outputs_max_bytes),
    key("handler-threads", a_number, &c::handler_threads),
    key("ack-ranges-max", a_number, &c::ack_ranges_max),
    key("offset-map", "\"auto\", true or false", &c::offset_map),
    key("offset-map-max", a_number, &c::offset_map_max),
    key("handler-timeout", a_time, &c::handler_timeout),
    key("ack-timeout", a_time, &c::ack_timeout),
    key("progress-timeout", a_time, &c::progress_timeout),
    key("drain-timeout", a_time, &c::drain_timeout),
    key("stop-timeout", a_time, &c::stop_timeout),
    key("embedded", a_flag, &c::embedded),
  };
}

} // namespace

const std::vector<config_key>& config_keys() {
  static const auto keys = make_keys();
  return keys;
}

bool is_section(std::string_view name) {
  return std::ranges::any_of(config_keys(), [&](auto& x) {
    return x.name.starts_with(name)
           && x.name.substr(name.size()).starts_with('.');
  });
}

std::string_view nearest_key(std::string_view name) {
  std::vector<std::string_view> names;
  for (auto& x : config_keys())
    names.push_back(x.name);
  return nearest_name(name, names);
}

} // namespace cafka
