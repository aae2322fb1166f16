#pragma once

#include <string>

namespace cafka::test {

/// A port of this machine that nobody listens at.
inline const std::string nobody = "127.0.0.1:1";

/// A config file with one group named `orders`, which reads the topic `orders`
/// from its begin, with the short times that tests want. Empty `endpoints`:
/// none. `more` is added to the group.
inline std::string group_config_text(const std::string& endpoints,
                                     const std::string& more = {}) {
  return "cafka {\n"
         "  name = \"orders\"\n"
         "  group = \"order-readers\"\n"
         "  topics = [\"orders\"]\n"
         "  handler = \"print\"\n"
         "  begin-offset = \"earliest\"\n"
         "  sleep-timeout = 20ms\n"
         "  kafka {\n"
         "    session-timeout-ms = 6000\n"
         "    heartbeat-interval-ms = 100\n"
         "  }\n"
         + (endpoints.empty() ? std::string{}
                              : "  endpoints = [\"" + endpoints + "\"]\n")
         + more + "\n}\n";
}

} // namespace cafka::test
