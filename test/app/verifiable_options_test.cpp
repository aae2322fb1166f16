#include "verifiable/options.hpp"

#include "support/catch.hpp"

using namespace cafka;
using namespace std::chrono_literals;
using cafka::app::make_config;
using cafka::app::verifiable_options;

namespace {

using strings = std::vector<std::string>;

verifiable_options options() {
  verifiable_options result;
  result.endpoints = "a:1,b:2";
  result.topic = "t";
  result.group = "g";
  return result;
}

group_config config_of(const verifiable_options& x,
                       const std::map<std::string, std::string>& file = {}) {
  auto result = make_config(x, file);
  CHECK(result.errors == strings{});
  return result.config;
}

} // namespace

TEST_CASE("the flags of a verifiable consumer are settings of its group") {
  auto x = config_of(options());
  CHECK(x.endpoints == strings{"a:1", "b:2"});
  CHECK(x.topics == strings{"t"});
  CHECK(x.group == "g");
  CHECK(x.group_instance_id.empty());
  CHECK(x.kafka.at("session.timeout.ms") == "30000");
  CHECK(x.begin_offset == begin_offset{logical_offset::earliest});
  CHECK(x.offset_reset_policy == offset_reset_policy::reset_to_earliest);
  CHECK(x.assignment_strategy == assignment_strategy::range);
  CHECK(x.commit_count == 1);
  auto y = options();
  y.group_instance_id = "i";
  y.session_timeout_ms = 6'000;
  y.reset_policy = "latest";
  y.strategy = "org.apache.kafka.clients.consumer.CooperativeStickyAssignor";
  y.autocommit = true;
  x = config_of(y);
  CHECK(x.group_instance_id == "i");
  CHECK(x.kafka.at("session.timeout.ms") == "6000");
  CHECK(x.begin_offset == begin_offset{logical_offset::latest});
  CHECK(x.offset_reset_policy == offset_reset_policy::reset_to_latest);
  CHECK(x.assignment_strategy == assignment_strategy::cooperative_sticky);
  CHECK(x.commit_interval == 5s);
  CHECK(x.commit_count > 1);
  y.strategy = "org.apache.kafka.clients.consumer.RoundRobinAssignor";
  CHECK(config_of(y).assignment_strategy == assignment_strategy::roundrobin);
}

TEST_CASE("the flags go over a properties file, the rest of it counts") {
  auto flags = options();
  flags.autocommit = true;
  auto x = config_of(flags, {{"bootstrap.servers", "c:3"},
                             {"group.id", "other"},
                             {"session.timeout.ms", "1"},
                             {"enable.auto.commit", "false"},
                             {"auto.offset.reset", "none"},
                             {"partition.assignment.strategy", "Mine"},
                             {"group.instance.id", "i"},
                             {"fetch.min.bytes", "2"},
                             {"fetch.max.wait.ms", "3"},
                             {"max.partition.fetch.bytes", "4000"},
                             {"max.poll.records", "5"},
                             {"auto.commit.interval.ms", "6"},
                             {"security.protocol", "PLAINTEXT"},
                             {"client.id", "me"}});
  CHECK(x.endpoints == strings{"a:1", "b:2"});
  CHECK(x.group == "g");
  CHECK(x.group_instance_id == "i");
  CHECK(x.min_bytes == 2);
  CHECK(x.max_wait_time == 3ms);
  CHECK(x.sleep_timeout == 3ms);
  CHECK(x.max_bytes == 4'000);
  CHECK(x.batch_size == 5);
  CHECK(x.commit_interval == 6ms);
  CHECK(
    x.kafka
    == std::map<std::string, std::string>{{"client.id", "me"},
                                          {"security.protocol", "PLAINTEXT"},
                                          {"session.timeout.ms", "30000"}});
  flags.group_instance_id = "j";
  CHECK(config_of(flags, {{"group.instance.id", "i"}}).group_instance_id
        == "j");
}

TEST_CASE("a secret of a properties file may stand elsewhere") {
  auto with_secret = [](const std::string& where) {
    return make_config(options(), {{"security.protocol", "SASL_PLAINTEXT"},
                                   {"sasl.mechanism", "PLAIN"},
                                   {"sasl.username", "me"},
                                   {"sasl.password", where}});
  };
  setenv("CAFKA_TEST_SECRET", "hunter2", 1);
  auto x = with_secret("env:CAFKA_TEST_SECRET");
  unsetenv("CAFKA_TEST_SECRET");
  CHECK(x.errors.empty());
  CHECK(x.config.kafka.at("sasl.password") == "hunter2");
  CHECK(with_secret("env:CAFKA_TEST_SECRET").errors
        == strings{"sasl.password = env:CAFKA_TEST_SECRET: there is no such "
                   "environment variable"});
}

TEST_CASE("what is wrong is told in the words of the command line") {
  auto flags = options();
  flags.endpoints = "a";
  flags.topic = "no topic";
  flags.group = "";
  flags.session_timeout_ms = 0;
  auto wrong = make_config(flags, {{"key.deserializer", "x"},
                                   {"enable.partition.eof", "true"},
                                   {"fetch.min.bytes", "x"},
                                   {"max.poll.records", "0"},
                                   {"fetch.max.wait.ms", "999999999"}})
                 .errors;
  auto begins = [&](const std::string& with) {
    return std::count_if(wrong.begin(), wrong.end(),
                         [&](auto& x) { return x.starts_with(with); });
  };
  CHECK(begins("--bootstrap-server = \"a\": host:port") == 1);
  CHECK(begins("--topic = \"no topic\": the name of a topic") == 1);
  CHECK(begins("--group-id = \"\": a text that is not empty") == 1);
  CHECK(begins("--session-timeout = 0: ") == 1);
  CHECK(begins("key.deserializer = (hidden): No such configuration") == 1);
  CHECK(begins("enable.partition.eof = true: not set here: ") == 1);
  CHECK(begins("fetch.min.bytes = x: a whole number") == 1);
  CHECK(begins("max.poll.records = 0: ") == 1);
  CHECK(begins("fetch.max.wait.ms = 999999999ms: ") == 1);
  CHECK(wrong.size() == 9);
}
