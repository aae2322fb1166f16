#include "broker_support/failing_group.hpp"

#include "broker_support/topic_content.hpp"
#include "core/dead_letter.hpp"
#include "kafka/producer.hpp"

#include <fmt/format.h>

#include <regex>
#include <stdexcept>

namespace cafka::test {

namespace {

using namespace std::chrono_literals;

std::string config_of(const cluster& kafka, const std::string& topic,
                      const failing_group::settings& x) {
  // Commits come as often as they can, so that a death finds one at any moment.
  // A static member that is back has its partitions at once.
  return fmt::format(
    R"(cafka {{
  name = "{0}"
  group = "{0}"
  topics = ["{0}"]
  endpoints = ["{1}"]
  handler = "{2}"
  begin-offset = "earliest"
  batch-size = 10
  commit-interval = 50ms
  commit-count = 10
  restart-backoff-min = 10ms
  restart-backoff-max = 500ms
  group-instance-id = "one"
  on-failure {{
    retries = {3}
    then = ["dead-letter"]
    dead-letter {{
      timeout = {6}
{4}
    }}
  }}
  producer {{
{5}
  }}
  kafka {{
    session-timeout-ms = 30000
    reconnect-backoff-max-ms = 200
  }}
}}
)",
    topic, std::regex_replace(kafka.endpoints(), std::regex{","}, R"(", ")"),
    x.handler, x.retries, x.dead_letter, x.producer, x.timeout);
}

} // namespace

failing_group::failing_group(cluster& kafka, settings x)
  : kafka_(kafka), topic_(unique_name()), patience_(x.patience) {
  kafka_.create_topic(topic_, x.partitions);
  config_ = files_.write("group.conf", config_of(kafka_, topic_, x));
}

// -- records ------------------------------------------------------------------

std::string failing_group::try_write(const topic_partition& to,
                                     const std::string& value,
                                     const std::vector<header>& headers) {
  std::string result;
  auto out = kafka::producer::open(
    {{"bootstrap.servers", kafka_.endpoints()}, {"log_level", "0"}},
    [&](std::uint64_t, partition_t, offset_t, const kafka::error& why) {
      result = why.text;
    });
  if (!out)
    throw std::runtime_error(out.failure().text);
  auto sent = (*out)->send(to.topic, to.partition, std::nullopt, value, 0,
                           headers);
  if (!sent)
    return sent.failure().text;
  if (!(*out)->flush(patience_))
    throw std::runtime_error("a record is not reported");
  return result;
}

void failing_group::write(partition_t partition,
                          const std::vector<std::string>& values,
                          const std::vector<header>& headers) {
  std::string failures;
  auto out = kafka::producer::open(
    {{"bootstrap.servers", kafka_.endpoints()}, {"enable.idempotence", "true"}},
    [&](std::uint64_t, partition_t, offset_t, const kafka::error& why) {
      failures += why.text;
    });
  if (!out)
    throw std::runtime_error(out.failure().text);
  for (auto& x : values)
    if (auto sent = (*out)->send(topic_, partition, std::nullopt, x, 0,
                                 headers);
        !sent || !*sent)
      throw std::runtime_error("a record is not taken");
  if (!(*out)->flush(patience_) || !failures.empty())
    throw std::runtime_error("records are not written: " + failures);
}

// -- the group ----------------------------------------------------------------

std::unique_ptr<app_process> failing_group::start(const std::string& death) {
  std::vector<std::string> command{CAFKA_FAILING_MEMBER, config_};
  if (!death.empty())
    command.push_back(death);
  app_input input;
  input.limit = patience_;
  input.ends = false;
  return std::make_unique<app_process>(command, input);
}

std::string failing_group::committed_line(offset_t offset,
                                          partition_t partition) const {
  return fmt::format("\ncommitted {}-{}@{} ", topic_, partition, offset);
}

offset_t failing_group::committed(partition_t partition) {
  return committed_of(kafka_, topic_, topic_)[{topic_, partition}];
}

// -- what came of it ----------------------------------------------------------

std::map<offset_t, int> failing_group::letters(partition_t partition) {
  std::map<offset_t, int> result;
  for (auto& x : content_of(kafka_, dead()))
    if (auto letter = core::read_dead_letter(x.view());
        letter && letter->source == topic_partition{topic_, partition})
      ++result[letter->offset];
  return result;
}

std::set<offset_t> failing_group::handled(const std::string& out,
                                          partition_t partition) const {
  std::set<offset_t> result;
  auto words = fmt::format("handled {}-{}@", topic_, partition);
  for (auto at = out.find(words); at != std::string::npos;
       at = out.find(words, at + 1))
    result.insert(std::stoll(out.substr(at + words.size(), 20)));
  return result;
}

std::string failing_group::wrong_outputs(offset_t count,
                                         partition_t partition) {
  std::string result;
  std::set<offset_t> seen;
  for (auto& x : content_of(kafka_, out())) {
    if (x.partition() != partition)
      continue;
    auto offset = std::stoll(std::string{x.view().value().value_or("")});
    if (offset > static_cast<offset_t>(seen.size()))
      result += fmt::format("{} comes as the {}th\n", offset, seen.size());
    seen.insert(offset);
  }
  if (seen.size() != static_cast<std::size_t>(count))
    result += fmt::format("{} outputs instead of {}\n", seen.size(), count);
  return result;
}

} // namespace cafka::test
