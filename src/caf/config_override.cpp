#include <cafka/config_file.hpp>
#include <cafka/errors.hpp>

#include <caf/config_value.hpp>

#include <fmt/format.h>

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
                                  argument));
  caf::put(content, std::string{key.substr(dashes.size())},
           value_of(std::string{argument.substr(equals + 1)}));
  return {};
}

} // namespace cafka
