#include "config/override.hpp"

#include "config/nesting.hpp"
#include "config/properties.hpp"
#include "config/secret_values.hpp"
#include "config/shown_key.hpp"
#include "kafka/property_check.hpp"

#include <cafka/config_file.hpp>
#include <cafka/errors.hpp>

#include <caf/config_value.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace cafka {

namespace {

constexpr std::string_view prefix = "--cafka.";
constexpr std::string_view dashes = "--";

/// As in a config file; what is no value there is a text without its quotes.
caf::config_value value_of(const std::string& text) {
  if (auto result = caf::config_value::parse(text))
    return std::move(*result);
  return caf::config_value{text};
}

/// CAF's parser would not survive such a value. Only what begins with a bracket
/// or a brace has others in it.
std::optional<text_place> place_too_deep_in(std::string_view value,
                                            std::size_t above) {
  auto first = value.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos
      || (value[first] != '[' && value[first] != '{'))
    return std::nullopt;
  return place_too_deep(value, above);
}

caf::error too_deep(std::string_view key, const std::optional<text_place>& at) {
  auto where = at ? fmt::format(", line {}, column {} of the value", at->line,
                                at->column)
                  : std::string{};
  return make_error(
    errc::invalid_config,
    fmt::format("{}{}: nested deeper than {} braces, brackets and dots",
                shown_key(key.substr(0, key.find('.', prefix.size()))), where,
                nesting_max));
}

/// What is left of `text` behind `head`; nothing: it begins otherwise.
std::optional<std::string_view> behind(std::string_view text,
                                       std::string_view head) {
  if (!text.starts_with(head))
    return std::nullopt;
  return text.substr(head.size());
}

/// Of a key `kafka.PROPERTY` or `groups.NAME.kafka.PROPERTY` the property; the
/// same of `producer`.
std::optional<std::string_view> property_in(std::string_view key) {
  if (auto group = behind(key, "groups."))
    key = group->substr(std::min(group->find('.'), group->size() - 1) + 1);
  auto of_consumer = behind(key, "kafka.");
  return of_consumer ? of_consumer : behind(key, "producer.");
}

/// The dictionary of that path, made where there is none.
caf::settings& dictionary_at(caf::settings& content, std::string_view path) {
  auto* result = &content;
  for (auto end = path.find('.'); end != std::string_view::npos;
       end = path.find('.')) {
    result = &(*result)[std::string{path.substr(0, end)}].as_dictionary();
    path.remove_prefix(end + 1);
  }
  return (*result)[std::string{path}].as_dictionary();
}

/// One key, whatever spelling stands in the file; and a text, because `007` is
/// another one than `7`.
void put_property(caf::settings& content, std::string_view path,
                  std::string_view property, std::string value) {
  auto& to = dictionary_at(content, path);
  auto name = property_of_key(std::string{property});
  erase_property(to, name);
  to[key_of_property(name)] = caf::config_value{std::move(value)};
}

bool is_secret(const std::string& name, const caf::config_value& value) {
  auto* text = caf::get_if<std::string>(&value);
  auto is_property = name.find(".kafka.") != std::string::npos
                     || name.find(".producer.") != std::string::npos;
  return is_property && kafka::is_secret_property(name) && text != nullptr
         && !text->empty() && !is_reference(*text);
}

} // namespace

bool is_override(std::string_view argument) {
  return argument.substr(0, prefix.size()) == prefix;
}

caf::error override_config(caf::settings& content, std::string_view argument) {
  auto equals = argument.find('=');
  auto key = argument.substr(0, equals);
  auto names_all = key.find("..") == std::string_view::npos
                   && key.size() > prefix.size() && key.back() != '.';
  if (!is_override(key) || !names_all || equals == std::string_view::npos)
    return make_error(errc::invalid_config,
                      fmt::format("{}: it must have the form --cafka.key=value",
                                  shown_key(key)));
  std::string value{argument.substr(equals + 1)};
  auto path = key.substr(dashes.size());
  auto levels
    = static_cast<std::size_t>(std::count(path.begin(), path.end(), '.'));
  if (levels > nesting_max)
    return too_deep(key, {});
  if (auto property = property_in(key.substr(prefix.size()))) {
    path.remove_suffix(property->size() + 1);
    put_property(content, path, *property, std::move(value));
  } else if (auto at = place_too_deep_in(value, levels)) {
    return too_deep(key, at);
  } else {
    caf::put(content, std::string{path}, value_of(value));
  }
  return {};
}

bool shows_secret(std::string_view argument) {
  caf::settings content;
  if (override_config(content, argument))
    return false; // it is refused, and nothing of it shown
  auto all = properties_in(content);
  return std::any_of(all.begin(), all.end(),
                     [](auto& x) { return is_secret(x.first, *x.second); });
}

} // namespace cafka
