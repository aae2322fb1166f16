#pragma once

#include "broker_support/cluster.hpp"

#include <string>
#include <vector>

namespace cafka::test {

/// What can be a member of a group: it takes the flags of Kafka's verifiable
/// consumer and speaks its lines.
struct member_program {
  std::vector<std::string> command; ///< the flags come behind it
  int stopped = 0;                  ///< its exit code after a SIGTERM
};

/// A class of Kafka's own tools, from the jars that the cluster runs with; its
/// flags come behind it.
std::vector<std::string> java_tool(const cluster& kafka,
                                   const std::string& name);

/// `cafka verifiable-consumer`.
member_program cafka_member();
/// Kafka's own.
member_program java_member(const cluster& kafka);

} // namespace cafka::test
