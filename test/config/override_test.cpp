#include "config/keys.hpp"

#include "support/catch.hpp"

#include <cafka/config_file.hpp>

#include <caf/actor_system_config.hpp>

#include <sstream>

using namespace cafka;
using namespace std::chrono_literals;

namespace {

caf::settings parse(const std::string& text) {
  std::istringstream in{text};
  auto result = caf::actor_system_config::parse_config(in);
  REQUIRE(result);
  return *result;
}

configured_groups read_with(const std::vector<std::string>& overrides) {
  auto content = parse("cafka {\n  groups {\n    a {\n      group = \"g\"\n"
                       "      endpoints = [\"b:1\"]\n      topics = [\"t\"]\n"
                       "      handler = \"h\"\n    }\n  }\n}\n");
  for (auto& x : overrides)
    CHECK_FALSE(override_config(content, x));
  return read_config(content);
}

} // namespace

TEST_CASE("an override goes over what the file says, whatever its type") {
  auto result
    = read_with({"--cafka.groups.a.group=x y", "--cafka.groups.a.batch-size=7",
                 "--cafka.groups.a.commit-interval=100ms",
                 "--cafka.groups.a.topics=[\"u\", \"v\"]",
                 "--cafka.groups.a.kafka.session-timeout-ms=7000",
                 "--cafka.groups.a.kafka.security-protocol=sasl_plaintext",
                 "--cafka.groups.a.kafka.sasl.mechanisms=PLAIN",
                 "--cafka.groups.a.kafka.sasl.username=reader",
                 "--cafka.groups.a.kafka.sasl.password=a\"b",
                 "--cafka.groups.a.begin-offset=earliest"});
  REQUIRE(result.errors.empty());
  auto& x = result.groups.at(0).options.config;
  CHECK(x.group == "x y");
  CHECK(x.batch_size == 7);
  CHECK(x.commit_interval == 100ms);
  CHECK(x.topics == std::vector<std::string>{"u", "v"});
  CHECK(x.kafka.at("session.timeout.ms") == "7000");
  CHECK(x.kafka.at("sasl.password") == "a\"b");
  CHECK(std::get<logical_offset>(x.begin_offset) == logical_offset::earliest);
}

TEST_CASE(
  "an override of a property is its text and goes over every spelling") {
  auto content = parse(R"(
    cafka {
      name = "a"
      group = "g"
      endpoints = ["b:1"]
      topics = ["t"]
      handler = "h"
      kafka {
        client { id = "x" }
        session-timeout-ms = 6000
        security { protocol = "sasl_plaintext" }
        sasl { username = "reader", password = "p", mechanisms = "PLAIN" }
      }
    })");
  for (auto x : {"--cafka.kafka.client-id=007", "--cafka.kafka.client.rack=1e5",
                 "--cafka.kafka.session.timeout.ms=7000"})
    CHECK_FALSE(override_config(content, x));
  auto result = read_config(content);
  REQUIRE(result.errors.empty());
  using properties = std::map<std::string, std::string>;
  CHECK(result.groups.at(0).options.config.kafka
        == properties{{"client.id", "007"},
                      {"client.rack", "1e5"},
                      {"sasl.mechanisms", "PLAIN"},
                      {"sasl.password", "p"},
                      {"sasl.username", "reader"},
                      {"security.protocol", "sasl_plaintext"},
                      {"session.timeout.ms", "7000"}});
}

TEST_CASE("a group that is named kafka is overridden as others are") {
  caf::settings content;
  CHECK_FALSE(override_config(content, "--cafka.groups.kafka.batch-size=7"));
  auto result = read_config(content);
  CHECK(result.groups.at(0).options.config.name == "kafka");
  CHECK(result.groups.at(0).options.config.batch_size == 7);
}

TEST_CASE("an override of a wrong type is the same error as in a file") {
  auto result
    = read_with({"--cafka.groups.a.batch-size=many",
                 "--cafka.groups.a.group.x=1", "--cafka.groups.a.topic=t"});
  std::string all;
  for (auto& x : result.errors)
    all += to_string(x) + "\n";
  INFO(all);
  CHECK(all.find("batch-size = \"many\": a whole number") != std::string::npos);
  CHECK(all.find("groups.a.group = ") != std::string::npos);
  CHECK(all.find("no such key, but topics is") != std::string::npos);
}

TEST_CASE("an override of another form is refused and changes nothing") {
  for (auto x : {"--cafka.group", "--cafka.=x", "--cafka..a=x", "--cafka.a.=x",
                 "--caf.a=x", "cafka.group=x", ""}) {
    caf::settings content;
    auto failure = override_config(content, x);
    CHECK(code_of(failure) == errc::invalid_config);
    std::string argument = x;
    auto key = argument.substr(0, argument.find('='));
    CHECK(text_of(failure)
          == key + ": it must have the form --cafka.key=value");
    CHECK(content.empty());
  }
}

TEST_CASE("an override that CAF's parser would not survive is refused") {
  auto failure_of = [](const std::string& argument) {
    caf::settings content;
    auto failure = override_config(content, argument);
    CHECK(content.empty() == bool{failure});
    return failure ? text_of(failure) : std::string{};
  };
  auto words = std::string{"nested deeper than 64 braces, brackets and dots"};
  auto key = std::string{"--cafka.handler-init-args.a"};
  CHECK(failure_of(key + "=" + std::string(61, '[') + std::string(61, ']'))
          .empty());
  CHECK(failure_of(key + "= " + std::string(20'000, '['))
        == "--cafka.handler-init-args, line 1, column 64 of the value: "
             + words);
  CHECK(failure_of("--cafka.group=" + std::string(20'000, '{') + "a")
        == "--cafka.group, line 1, column 64 of the value: " + words);
  std::string dots = key;
  for (auto i = 0; i < 20'000; ++i)
    dots += ".a";
  CHECK(failure_of(dots + "=1") == "--cafka.handler-init-args: " + words);
  CHECK(failure_of("--cafka.group=a" + std::string(1'000, '{')).empty());
}

TEST_CASE("what is shown of a setting is read back as the same") {
  configured_group x;
  x.handler = "a \"b\" \\c\n\r\t";
  auto& config = x.options.config;
  config.topics = {"a", "b"};
  config.begin_offset = offset_t{42};
  config.commit_interval = 1500ms;
  config.restart_window = 120s;
  config.assignment_strategy = assignment_strategy::range;
  config.on_exhausted = exhaustion_policy::stop_group;
  config.kafka = {{"session.timeout.ms", "6000"}};
  config.embedded = true;
  caf::put(config.handler_init_args, "nested.list",
           *caf::config_value::parse("[1, true, \"x\", 2s]"));
  for (auto& key : config_keys()) {
    auto text = key.show(x);
    auto content = parse("v = " + text + "\n");
    configured_group copy;
    INFO(key.name << " = " << text);
    REQUIRE(key.read(copy, content.find("v")->second));
    CHECK(key.show(copy) == text);
  }
}

TEST_CASE("an embedded group needs no endpoints") {
  group_config x;
  x.name = "a";
  x.group = "g";
  x.topics = {"t"};
  REQUIRE(validate(x).size() == 1);
  CHECK(validate(x)[0].key == "endpoints");
  x.embedded = true;
  CHECK(validate(x).empty());
}
