#pragma once

#include "broker_support/cluster.hpp"

#include <map>
#include <string>

namespace cafka::test {

/// Properties of librdkafka, with `-` for `.`.
using client_settings = std::map<std::string, std::string>;

/// A config file with one group, which prints the topic from its begin and is
/// named after it.
inline std::string secure_config(const std::string& endpoints,
                                 const std::string& topic,
                                 const client_settings& settings) {
  auto text = "cafka {\n  name = \"" + topic + "\"\n  group = \"" + topic
              + "\"\n  topics = [\"" + topic + "\"]\n  endpoints = [\""
              + endpoints + "\"]\n  handler = \"print\"\n"
              + "  begin-offset = \"earliest\"\n  kafka {\n";
  for (auto& [name, value] : settings)
    text += "    " + name + " = \"" + value + "\"\n";
  return text + "  }\n}\n";
}

/// The user that script/kafka makes.
inline client_settings
scram_login(const std::string& protocol,
            const std::string& password = "open-sesame") {
  return {{"security-protocol", protocol},
          {"sasl-mechanisms", "SCRAM-SHA-256"},
          {"sasl-username", "cafka"},
          {"sasl-password", password}};
}

/// With another authority than the cluster's, too.
inline client_settings with_ca(const cluster& kafka, client_settings x,
                               const std::string& authority = "ca") {
  x["ssl-ca-location"] = kafka.path("certs/" + authority + ".pem");
  return x;
}

inline client_settings tls(const cluster& kafka,
                           const std::string& authority = "ca") {
  return with_ca(kafka, {{"security-protocol", "ssl"}}, authority);
}

/// TLS with the client's certificate, whose key is locked.
inline client_settings mutual_tls(const cluster& kafka) {
  auto result = tls(kafka);
  result["ssl-certificate-location"] = kafka.path("certs/client.crt");
  result["ssl-key-location"] = kafka.path("certs/client-locked.key");
  result["ssl-key-password"] = "open-locket";
  return result;
}

} // namespace cafka::test
