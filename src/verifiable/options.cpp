#include "verifiable/options.hpp"

#include "config/properties.hpp"
#include "config/secret_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <utility>

namespace cafka::app {

namespace {

using std::chrono::milliseconds;
using properties = std::map<std::string, std::string>;

constexpr auto package = "org.apache.kafka.clients.consumer.";

constexpr std::array<std::pair<const char*, assignment_strategy>, 3> assignors{
  {{"RangeAssignor", assignment_strategy::range},
   {"RoundRobinAssignor", assignment_strategy::roundrobin},
   {"CooperativeStickyAssignor", assignment_strategy::cooperative_sticky}}};

/// max.poll.records of the Java client.
constexpr std::size_t batch_default = 500;

/// A call waits for the reader of standard output and for nothing else.
constexpr milliseconds drain_limit{2'000};

/// A harness waits 20 s for the end after a SIGTERM; at the worst the group
/// ends 15 s later than this, see `stop_margin` of the supervisor.
constexpr milliseconds stop_limit{4'000};

/// After a commit that failed; those that succeed are sent at every ack.
constexpr milliseconds commit_retry{1'000};

/// auto.commit.interval.ms of the Java client.
constexpr milliseconds autocommit_default{5'000};

/// What the command line says of a consumer, whatever a file says.
constexpr std::array flags{
  "bootstrap.servers",  "group.id",          "session.timeout.ms",
  "enable.auto.commit", "auto.offset.reset", "partition.assignment.strategy"};

/// What a setting of cafka is called on the command line or in the file.
constexpr std::array<std::pair<const char*, const char*>, 11> names{
  {{"endpoints", "--bootstrap-server"},
   {"group", "--group-id"},
   {"topics", "--topic"},
   {"kafka.session-timeout-ms", "--session-timeout"},
   {"min-bytes", "fetch.min.bytes"},
   {"max-bytes", "max.partition.fetch.bytes"},
   {"max-wait-time", "fetch.max.wait.ms"},
   {"sleep-timeout", "fetch.max.wait.ms"},
   {"batch-size", "max.poll.records"},
   {"commit-interval", "auto.commit.interval.ms"},
   {"kafka", "--consumer.config"}}};

std::string name_of(const std::string& key) {
  for (auto& [setting, name] : names)
    if (key == setting)
      return name;
  constexpr std::string_view prefix = "kafka.";
  return key.starts_with(prefix) ? property_of_key(key.substr(prefix.size()))
                                 : key;
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> result{1};
  for (auto c : list)
    if (c == ',')
      result.emplace_back();
    else
      result.back() += c;
  return result;
}

assignment_strategy strategy_of(const std::string& name) {
  auto is_it = [&](auto& x) { return name == std::string{package} + x.first; };
  return std::find_if(assignors.begin(), assignors.end(), is_it)->second;
}

/// Takes properties of the Java client out of a file.
class java_properties {
public:
  java_properties(properties& from, std::vector<std::string>& errors)
    : from_(from), errors_(errors) {
  }

  std::string text(const char* name, std::string otherwise) {
    auto found = from_.extract(name);
    return found ? found.mapped() : std::move(otherwise);
  }
  std::size_t number(const char* name, std::size_t otherwise) {
    auto found = from_.extract(name);
    if (!found)
      return otherwise;
    auto& text = found.mapped();
    std::size_t result = 0;
    auto* end = text.data() + text.size();
    auto got = std::from_chars(text.data(), end, result);
    if (got.ec == std::errc{} && got.ptr == end)
      return result;
    errors_.push_back(fmt::format("{} = {}: a whole number", name, text));
    return otherwise;
  }
  milliseconds time(const char* name, milliseconds otherwise) {
    auto ms = static_cast<std::size_t>(otherwise.count());
    return milliseconds{number(name, ms)};
  }

private:
  properties& from_;
  std::vector<std::string>& errors_;
};

void take_java(group_config& to, java_properties from, bool autocommit) {
  to.group_instance_id = from.text("group.instance.id", "");
  to.min_bytes = from.number("fetch.min.bytes", to.min_bytes);
  to.max_bytes = from.number("max.partition.fetch.bytes", to.max_bytes);
  to.max_wait_time = from.time("fetch.max.wait.ms", milliseconds{500});
  to.sleep_timeout = to.max_wait_time;
  to.batch_size = from.number("max.poll.records", batch_default);
  to.prefetch_count = std::max<std::size_t>(to.batch_size, 1);
  auto interval = from.time("auto.commit.interval.ms", autocommit_default);
  to.commit_interval = autocommit ? interval : commit_retry;
  if (!autocommit)
    to.commit_count = 1; // the model commits what each poll gave it
}

void take_options(group_config& to, const verifiable_options& from) {
  to.name = "verifiable-consumer";
  to.endpoints = split(from.endpoints);
  to.group = from.group;
  to.topics = {from.topic};
  if (!from.group_instance_id.empty())
    to.group_instance_id = from.group_instance_id;
  auto latest = from.reset_policy == "latest";
  to.begin_offset = latest ? logical_offset::latest : logical_offset::earliest;
  to.offset_reset_policy = latest ? offset_reset_policy::reset_to_latest
                                  : offset_reset_policy::reset_to_earliest;
  to.assignment_strategy = strategy_of(from.strategy);
  to.kafka["session.timeout.ms"] = std::to_string(from.session_timeout_ms);
  to.drain_timeout = drain_limit;
  to.stop_timeout = stop_limit;
}

} // namespace

std::vector<std::string> reset_policies() {
  return {"earliest", "latest"};
}

std::vector<std::string> strategies() {
  std::vector<std::string> result;
  result.reserve(assignors.size());
  for (auto& x : assignors)
    result.push_back(std::string{package} + x.first);
  return result;
}

verifiable_config make_config(const verifiable_options& options,
                              properties from) {
  verifiable_config result;
  for (auto* x : flags)
    from.erase(x);
  take_java(result.config, {from, result.errors}, options.autocommit);
  result.config.kafka = std::move(from);
  take_options(result.config, options);
  std::vector<std::string> ignored; // the variables: it starts no program
  auto wrong = resolve_secrets(result.config.kafka, ignored);
  if (wrong.empty())
    wrong = validate(result.config);
  for (auto& x : wrong) {
    x.key = name_of(x.key);
    auto text = to_string(x);
    // Two settings of ours may be one of theirs.
    if (std::find(result.errors.begin(), result.errors.end(), text)
        == result.errors.end())
      result.errors.push_back(std::move(text));
  }
  return result;
}

} // namespace cafka::app
