#include "broker_support/member_program.hpp"

#include <csignal>
#include <fstream>

namespace cafka::test {

std::vector<std::string> java_tool(const cluster& kafka,
                                   const std::string& name) {
  std::ifstream in{kafka.path("jars")};
  std::string jars;
  std::getline(in, jars);
  // As in script/kafka: what lives for seconds starts in half the time.
  return {"/usr/bin/env",     "java",
          "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
          "-Xshare:auto",     "-Xmx256m",
          "-Xlog:disable",    "-cp",
          jars + "/*",        "org.apache.kafka.tools." + name};
}

member_program cafka_member() {
  return {{CAFKA_PROGRAM, "verifiable-consumer"}};
}

member_program java_member(const cluster& kafka) {
  return {java_tool(kafka, "VerifiableConsumer"), 128 + SIGTERM};
}

} // namespace cafka::test
