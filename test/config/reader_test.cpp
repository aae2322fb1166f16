#include "support/catch.hpp"

#include <cafka/config_file.hpp>

#include <caf/actor_system_config.hpp>

#include <algorithm>
#include <sstream>

using namespace cafka;
using namespace std::chrono_literals;

namespace {

configured_groups read(const std::string& text) {
  std::istringstream in{text};
  auto content = caf::actor_system_config::parse_config(in);
  REQUIRE(content);
  return read_config(*content);
}

constexpr auto least = R"(
  name = "orders"
  endpoints = ["b1:9092", "[::1]:9092"]
  group = "readers"
  topics = ["a", "b"]
  handler = "print"
)";

std::string one_group(const std::string& more) {
  return "cafka {\n" + std::string{least} + more + "\n}\n";
}

bool names(const configured_groups& x, const std::string& part) {
  return std::any_of(x.errors.begin(), x.errors.end(), [&](auto& e) {
    return to_string(e).find(part) != std::string::npos;
  });
}

} // namespace

TEST_CASE("a group that stands directly in the category has the documented "
          "defaults") {
  auto result = read(one_group(""));
  CHECK(result.errors.empty());
  REQUIRE(result.groups.size() == 1);
  auto& x = result.groups[0];
  CHECK(x.handler == "print");
  CHECK(x.options.config.name == "orders");
  CHECK(x.options.config.endpoints.size() == 2);
  CHECK(x.options.config.prefetch_count == 10);
  CHECK(x.options.config.prefetch_bytes == 100'000);
  CHECK(x.options.config.commit_interval == 5s);
  CHECK(std::get<logical_offset>(x.options.config.begin_offset)
        == logical_offset::latest);
}

TEST_CASE("every kind of value is read from a config file") {
  auto result = read(one_group(R"(
    begin-offset = 42
    offset-reset-policy = "reset-to-earliest"
    assignment-strategy = "range"
    on-exhausted = "stop-group"
    commit-interval = 250ms
    batch-size = 7
    embedded = true
    handler-init-args { path = "x" }
    kafka {
      session-timeout-ms = 6000
      client-id = "reader"
    }
    on-failure {
      retries = 3
      then = ["dead-letter", "stop-partition"]
      flood-after = 5
      flood-interval = 2min
      dead-letter {
        topic = "lost.{topic}"
        create = true
        replication = 3
        copy-headers = false
        header-style = "spring"
        timeout = 5s
      }
    }
    producer {
      linger-ms = 50
    }
    outputs-max-bytes = 1000
  )"));
  CHECK(result.errors.empty());
  auto& x = result.groups.at(0).options.config;
  CHECK(std::get<offset_t>(x.begin_offset) == 42);
  CHECK(x.offset_reset_policy == offset_reset_policy::reset_to_earliest);
  CHECK(x.assignment_strategy == assignment_strategy::range);
  CHECK(x.on_exhausted == exhaustion_policy::stop_group);
  CHECK(x.commit_interval == 250ms);
  CHECK(x.batch_size == 7);
  CHECK(x.embedded);
  CHECK(x.handler_init_args.contains("path"));
  CHECK(x.kafka.at("session.timeout.ms") == "6000");
  CHECK(x.kafka.at("client.id") == "reader");
  CHECK(x.on_failure.retries == 3);
  CHECK(
    x.on_failure.then
    == std::vector{failure_step::dead_letter, failure_step::stop_partition});
  CHECK(x.on_failure.flood_after == 5);
  CHECK(x.on_failure.flood_interval == 2min);
  auto& letters = x.on_failure.dead_letter;
  CHECK(letters.topic == "lost.{topic}");
  CHECK(letters.create);
  CHECK(letters.replication == 3);
  CHECK_FALSE(letters.copy_headers);
  CHECK(letters.headers == header_style::spring);
  CHECK(letters.timeout == 5s);
  CHECK(x.producer.at("linger.ms") == "50");
  CHECK(x.outputs_max_bytes == 1000);
}

TEST_CASE("several groups stand by their names") {
  auto group = std::string{least};
  group.erase(group.find("name ="),
              group.find("endpoints") - group.find("name ="));
  auto result = read("cafka {\n groups {\n orders {\n" + group
                     + "}\n billing {\n" + group + "}\n }\n}\n");
  CHECK(result.errors.empty());
  REQUIRE(result.groups.size() == 2);
  CHECK(result.groups[0].options.config.name == "billing");
  CHECK(result.groups[1].options.config.name == "orders");
}

TEST_CASE("all that is wrong in a config file is named at once") {
  auto result = read(one_group(R"(
    batch-sice = 7
    commit-count = "many"
    begin-offset = "sometime"
    prefetch-count = -1
    drain-timeout = 10
    kafka { enable-auto-commit = true }
  )"));
  CHECK(names(result, "cafka.batch-sice = 7: no such key, but batch-size is"));
  CHECK(names(result, "cafka.commit-count = \"many\": a whole number"));
  CHECK(names(result, "cafka.begin-offset = \"sometime\": \"earliest\""));
  CHECK(names(result, "cafka.prefetch-count = -1"));
  CHECK(names(result, "cafka.drain-timeout = 10: a time such as"));
  CHECK(names(result, "cafka.kafka.enable-auto-commit"));
}

TEST_CASE("two groups of one name and a category that is missing are errors") {
  auto group = std::string{least};
  CHECK(names(read("cafka {\n groups {\n a {\n" + group + "}\n b {\n" + group
                   + "}\n }\n}\n"),
              "a name of its own"));
  CHECK(names(read("other { x = 1 }\n"), "cafka"));
}

TEST_CASE("a handler that the program does not have is named with those that "
          "it has") {
  std::istringstream in{one_group("")};
  auto content = caf::actor_system_config::parse_config(in);
  REQUIRE(content);
  auto build
    = make_handler([](const message_batch&) { return handler_answer::ack(); });
  auto known = read_config(*content, {{"print", build}});
  CHECK(known.errors.empty());
  REQUIRE(known.groups.size() == 1);
  CHECK(known.groups[0].options.handler);
  auto unknown = read_config(*content, {{"count", build}, {"store", build}});
  REQUIRE(unknown.errors.size() == 1);
  CHECK(to_string(unknown.errors[0])
        == "cafka.handler = \"print\": one of: count, store");
}
