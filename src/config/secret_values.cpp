#include "config/secret_values.hpp"

#include "config/file_text.hpp"
#include "config/properties.hpp"
#include "kafka/property_check.hpp"

#include <cafka/errors.hpp>

#include <caf/expected.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace cafka {

namespace {

constexpr std::string_view in_file = "file:";
constexpr std::string_view in_variable = "env:";

/// Keys and certificates in PEM have some kB.
constexpr std::size_t secret_bytes_max = 100'000;

caf::error refusal(const std::string& text) {
  return make_error(errc::invalid_config, text);
}

/// Editors and `echo` put a newline behind it.
void drop_newline(std::string& x) {
  if (x.ends_with('\n'))
    x.pop_back();
  if (x.ends_with('\r'))
    x.pop_back();
}

caf::expected<std::string> secret_of_file(const std::string& path) {
  auto result = text_of_file(path, secret_bytes_max);
  if (!result)
    return result;
  if (result->size() > secret_bytes_max)
    return refusal(
      fmt::format("the file has more than {} bytes", secret_bytes_max));
  if (result->find('\0') != std::string::npos)
    return refusal("the file has a byte 0, and no secret has one");
  drop_newline(*result);
  if (result->empty())
    return refusal("the file is empty");
  return result;
}

caf::expected<std::string> secret_of_variable(const std::string& name) {
  auto* value = std::getenv(name.c_str());
  if (value == nullptr)
    return refusal("there is no such environment variable");
  if (*value == '\0')
    return refusal("the environment variable is empty");
  return std::string{value};
}

} // namespace

bool may_refer(const std::string& property) {
  return property == "sasl.username" || kafka::is_secret_property(property);
}

bool is_reference(std::string_view value) {
  return value.starts_with(in_file) || value.starts_with(in_variable);
}

std::vector<config_error>
resolve_secrets(std::map<std::string, std::string>& properties,
                std::vector<std::string>& variables) {
  std::vector<config_error> errors;
  for (auto& [name, value] : properties) {
    if (!may_refer(name) || !is_reference(value))
      continue;
    auto is_variable = value.starts_with(in_variable);
    auto where = value.substr(value.find(':') + 1);
    auto found = is_variable ? secret_of_variable(where)
                             : secret_of_file(where);
    if (!found)
      errors.push_back(
        {"kafka." + key_of_property(name), value, text_of(found.error())});
    else
      value = std::move(*found);
    if (is_variable
        && std::find(variables.begin(), variables.end(), where)
             == variables.end())
      variables.push_back(where);
  }
  return errors;
}

} // namespace cafka
