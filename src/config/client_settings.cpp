#include "config/client_settings.hpp"

#include "config/client_properties.hpp"
#include "config/properties.hpp"
#include "kafka/property_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace cafka {

namespace {

/// Our own keys that are properties.
constexpr auto own = std::to_array<std::pair<const char*, const char*>>(
  {{"fetch.min.bytes", "min-bytes"}, {"fetch.message.max.bytes", "max-bytes"}});
constexpr auto fetch_wait_name = "fetch.wait.max.ms";

constexpr long long bytes_per_kbyte = 1024; // as librdkafka counts them

} // namespace

client_settings::client_settings(const group_config& x)
  : given_(x.kafka),
    values_(kafka::consumer_values(client_properties(x))),
    wait_key_(x.min_bytes == 0 ? "sleep-timeout" : "max-wait-time") {
}

std::string client_settings::given_as(const std::string& name) const {
  for (auto& [key, value] : given_)
    if (!value.empty() && kafka::first_name(key) == name)
      return key;
  return {};
}

std::vector<std::string>
client_settings::given_with(std::string_view prefix) const {
  std::vector<std::string> result;
  for (auto& [key, value] : given_)
    if (!value.empty() && key.starts_with(prefix))
      result.push_back(key);
  return result;
}

std::string client_settings::value(const std::string& name) const {
  auto i = values_.find(name);
  return i == values_.end() ? std::string{} : i->second;
}

long long client_settings::number(const std::string& name) const {
  auto text = value(name);
  long long result = 0;
  std::from_chars(text.data(), text.data() + text.size(), result);
  return result;
}

long long client_settings::fetch_max_bytes() const {
  auto result = number("fetch.max.bytes");
  if (is_given("fetch.max.bytes"))
    return result;
  auto queue = number("queued.max.messages.kbytes") * bytes_per_kbyte;
  return std::max(std::min(result, queue), number("message.max.bytes"));
}

std::string client_settings::shown(const std::string& name) const {
  if (name == "fetch.max.bytes")
    return fmt::format("{} ({})", name, fetch_max_bytes());
  if (auto mine = refusal(name, ""); !mine.key.starts_with("kafka."))
    return fmt::format("{} ({})", mine.key, mine.value);
  if (kafka::is_secret_property(name))
    return name;
  return fmt::format("{} ({}{})", name, value(name),
                     is_given(name) ? "" : ", the default");
}

config_error client_settings::refusal(const std::string& name,
                                      std::string allowed) const {
  if (name == fetch_wait_name)
    return {wait_key_, value(name) + "ms", std::move(allowed)};
  for (auto& [property, key] : own)
    if (name == property)
      return {key, value(name), std::move(allowed)};
  auto key = given_as(name);
  return {"kafka." + key_of_property(key.empty() ? name : key),
          kafka::is_secret_property(name) ? "(hidden)" : value(name),
          std::move(allowed)};
}

} // namespace cafka
