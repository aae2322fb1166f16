#pragma once

#include <string>

namespace cafka {

inline constexpr auto topic_name_rule
  = "the name of a topic: 1 to 249 of a-z, A-Z, 0-9, '.', '_' and '-', not "
    "\".\" or \"..\"";

/// Kafka's rule for names of topics (`Topic.validate` of the Java client).
bool is_topic_name(const std::string& x);

/// The name of the topic for dead letters of `topic`: `{group}` and `{topic}`
/// in `pattern` stand for the two.
std::string dead_letter_topic(const std::string& pattern,
                              const std::string& group,
                              const std::string& topic);

} // namespace cafka
