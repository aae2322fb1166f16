#pragma once

#include <string>

namespace cafka {

inline constexpr auto topic_name_rule
  = "the name of a topic: 1 to 249 of a-z, A-Z, 0-9, '.', '_' and '-', not "
    "\".\" or \"..\"";

/// Kafka's rule for names of topics (`Topic.validate` of the Java client).
bool is_topic_name(const std::string& x);

} // namespace cafka
