#include "kafka/property_check.hpp"

#include "kafka/configuration.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

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
/// as there are digits, takes a leading 0 for octal, and cuts what is left to
/// an int before it looks at the range.
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

/// What keeps a client that is made only to be refused from all that a real one
/// begins with: connections, `kinit` of Kerberos, and OIDC's token requests.
constexpr std::array<std::pair<const char*, const char*>, 3> harmless{
  {{"bootstrap.servers", ""},
   {"sasl.kerberos.min.time.before.relogin", "0"},
   {"sasl.oauthbearer.method", "default"}}};

std::string refusal_of(rd_kafka_type_t type, result<conf_ptr> conf,
                       const properties& props) {
  if (!conf)
    return conf.failure().text;
  for (auto& [name, value] : harmless)
    rd_kafka_conf_set(conf->get(), name, value, nullptr, 0);
  auto client = make_client(type, std::move(*conf), props);
  if (!client)
    return client.failure().text;
  rd_kafka_destroy_flags(*client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  return {};
}

/// Its aliases, which its functions do not tell.
constexpr std::array<std::pair<const char*, const char*>, 9> second_names{
  {{"metadata.broker.list", "bootstrap.servers"},
   {"max.in.flight.requests.per.connection", "max.in.flight"},
   {"sasl.mechanisms", "sasl.mechanism"},
   {"fetch.message.max.bytes", "max.partition.fetch.bytes"},
   {"queue.buffering.max.ms", "linger.ms"},
   {"message.send.max.retries", "retries"},
   {"compression.codec", "compression.type"},
   {"request.required.acks", "acks"},
   {"message.timeout.ms", "delivery.timeout.ms"}}};

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
  return refusal_of(RD_KAFKA_CONSUMER, consumer_configuration(props), props);
}

std::string producer_refusal(properties props) {
  props["bootstrap.servers"] = "nobody:1"; // as above
  props["enable.idempotence"] = "true";    // as `idempotent_producer`
  props["acks"] = "all";
  return refusal_of(RD_KAFKA_PRODUCER, producer_configuration(props), props);
}

properties consumer_values(properties props) {
  for (auto* name : {"bootstrap.servers", "group.id"})
    props[name] = "nobody:1"; // required, and looked at by others
  auto conf = consumer_configuration(props);
  if (!conf)
    return {};
  properties result;
  std::size_t count = 0;
  auto* words = rd_kafka_conf_dump(conf->get(), &count);
  for (std::size_t i = 0; i + 1 < count; i += 2)
    result.emplace(words[i], words[i + 1]);
  rd_kafka_conf_dump_free(words, count);
  return result;
}

std::string first_name(const std::string& name) {
  auto i = std::find_if(second_names.begin(), second_names.end(),
                        [&](auto& x) { return name == x.second; });
  return i == second_names.end() ? name : i->first;
}

bool is_known_property(const std::string& name) {
  conf_ptr conf{rd_kafka_conf_new()};
  // Not rd_kafka_conf_get, which knows no text that is not set.
  return rd_kafka_conf_set(conf.get(), name.c_str(), "", nullptr, 0)
         != RD_KAFKA_CONF_UNKNOWN;
}

bool is_secret_property(std::string name) {
  constexpr std::array parts{"password",    "secret",  "oauthbearer",
                             "ssl.key.pem", "ssl_key", "ssl.keystore",
                             "jaas"};
  std::replace(name.begin(), name.end(), '-', '.');
  if (name.ends_with(".location")) // of a file
    return false;
  return std::any_of(parts.begin(), parts.end(), [&](auto* part) {
    return name.find(part) != std::string::npos;
  });
}

} // namespace cafka::kafka
