#pragma once

#include "kafka/producer.hpp"

#include "support/catch.hpp"
#include "support/config_text.hpp"
#include "support/faulty_cluster.hpp"
#include "support/run_program.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace cafka::test {

/// Of a run that ends well.
inline std::string output_of(const std::vector<std::string>& args,
                             const app_input& input = {}) {
  auto x = run_program(args, input);
  INFO(x.err);
  CHECK(x.code == 0);
  return x.out;
}

/// A cluster with a topic of one partition, and a config file for it.
struct run_world {
  explicit run_world(const std::string& more = {}) {
    cluster.create_topic("orders", 1);
    conf = files.write("a.conf", group_config_text(cluster.endpoints(), more));
  }

  /// Sends by a producer of the test, which can do more than the program.
  void send(optional_bytes key, optional_bytes value,
            const std::vector<header>& headers = {}, int times = 1) const {
    int delivered = 0;
    auto client = kafka::producer::open(
      {{"bootstrap.servers", cluster.endpoints()}},
      [&](std::uint64_t, partition_t, offset_t, const kafka::error& failure) {
        CHECK_FALSE(failure);
        ++delivered;
      });
    REQUIRE(client);
    for (int i = 0; i < times; ++i)
      REQUIRE((*client)->send("orders", 0, key, value, 0, headers, 1'700));
    REQUIRE((*client)->flush(std::chrono::seconds{10}));
    REQUIRE(delivered == times);
  }
  /// More than the pipe of standard output holds, 64 KiB.
  void send_much() const {
    send("k", std::string(1'000, 'x'), {}, 200);
  }

  faulty_cluster cluster;
  scratch_directory files;
  std::string conf;
};

} // namespace cafka::test
