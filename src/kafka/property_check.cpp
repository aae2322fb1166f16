#include "kafka/property_check.hpp"

#include "kafka/configuration.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <set>
#include <sstream>

namespace cafka::kafka {

namespace {

std::optional<double> number_of(const std::string& text) {
  double result = 0;
  auto* end = text.data() + text.size();
  auto got = std::from_chars(text.data(), end, result);
  if (got.ec != std::errc{} || got.ptr != end)
    return std::nullopt;
  return result;
}

/// What librdkafka made of `value` if that is another number: it reads as far
/// as there are digits, takes a leading 0 for octal, and cuts what is left to an
/// int before it looks at the range.
std::string other_number(rd_kafka_conf_t* conf, const std::string& name,
                         const std::string& value) {
  std::array<char, 512> held{};
  auto size = held.size();
  if (rd_kafka_conf_get(conf, name.c_str(), held.data(), &size)
      != RD_KAFKA_CONF_OK)
    return {};
  auto number = number_of(held.data());
  if (!number || value == held.data() || number == number_of(value))
    return {};
  return held.data();
}

/// librdkafka's own table of its properties, in markdown.
std::string table_of_properties() {
  char* text = nullptr;
  std::size_t size = 0;
  auto* to = open_memstream(&text, &size);
  rd_kafka_conf_properties_show(to);
  std::fclose(to);
  std::unique_ptr<char, decltype(&std::free)> owner{text, std::free};
  return {text, size};
}

/// Those with a C in the second column: `name | C | range | …`.
std::set<std::string> consumer_properties() {
  std::set<std::string> result;
  std::istringstream in{table_of_properties()};
  for (std::string line; std::getline(in, line);) {
    std::istringstream columns{line};
    std::string name;
    std::string bar;
    std::string who;
    if (columns >> name >> bar >> who && bar == "|" && who == "C")
      result.insert(name);
  }
  return result;
}

} // namespace

std::string property_refusal(const std::string& name,
                             const std::string& value) {
  conf_ptr conf{rd_kafka_conf_new()};
  if (auto failure = set_property(conf.get(), name, value); !failure.empty())
    return failure;
  if (auto held = other_number(conf.get(), name, value); !held.empty())
    return "a number, which librdkafka would read as " + held;
  return {};
}

std::string consumer_refusal(properties props) {
  props["bootstrap.servers"] = "nobody:1"; // required, so there is one
  auto conf = consumer_configuration(props);
  if (!conf)
    return conf.failure().text;
  rd_kafka_conf_set(conf->get(), "bootstrap.servers", "", nullptr, 0);
  auto client = make_client(RD_KAFKA_CONSUMER, std::move(*conf), props);
  if (!client)
    return client.failure().text;
  rd_kafka_destroy_flags(*client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  return {};
}

bool is_known_property(const std::string& name) {
  conf_ptr conf{rd_kafka_conf_new()};
  // Not rd_kafka_conf_get, which knows no text that is not set.
  return rd_kafka_conf_set(conf.get(), name.c_str(), "", nullptr, 0)
         != RD_KAFKA_CONF_UNKNOWN;
}

bool is_secret_property(const std::string& name) {
  return is_secret(name);
}

properties without_consumer_properties(properties xs) {
  static const auto of_consumers = consumer_properties();
  std::erase_if(xs, [](auto& x) { return of_consumers.count(x.first) > 0; });
  return xs;
}

} // namespace cafka::kafka
