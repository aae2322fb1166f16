#include "app/line_producer.hpp"

#include "app/fields.hpp"
#include "app/line_buffer.hpp"
#include "app/stop_signal.hpp"
#include "app/tell.hpp"
#include "kafka/producer.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <poll.h>
#include <unistd.h>

namespace cafka::app {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// Between two looks at signals and at delivery reports.
constexpr auto look_interval = 50ms;

/// Who stops it does not wait for a broker that may be gone.
constexpr auto flush_limit_after_signal = 5s;

/// That many failed deliveries are told one by one.
constexpr std::uint64_t failures_told_max = 10;

constexpr partition_t chosen_by_key = -1;

class line_producer {
public:
  line_producer(const std::string& topic, const line_rule& rule)
    : topic_(topic), rule_(rule) {
    for (auto& [name, value] : rule.headers)
      headers_.push_back({name, value});
  }

  exit_code run(const kafka::properties& props) {
    auto client = kafka::producer::open(
      props, [this](std::uint64_t line, partition_t, offset_t,
                    const kafka::error& failure) { on_report(line, failure); });
    if (!client)
      return refuse(client.failure().text);
    client_ = std::move(*client);
    while (can_go_on() && send_next()) {
      // nop
    }
    await_reports();
    refusal_ = client_->refusal();
    client_.reset();
    return conclude();
  }

private:
  bool can_go_on() const {
    return stop_signal() == 0 && failed_ == 0 && input_failure_.empty()
           && !client_->refusal();
  }
  bool send_next();
  void send(std::string_view line);
  void read_some();
  void await_reports();
  void on_report(std::uint64_t line, const kafka::error& failure);
  exit_code refuse(const std::string& text) const;
  exit_code conclude() const;

  std::string topic_;
  const line_rule& rule_;
  std::vector<header> headers_;
  line_buffer lines_;
  std::unique_ptr<kafka::producer> client_;
  std::string input_failure_;
  kafka::error refusal_; // of everything, at once
  std::uint64_t sent_ = 0;
  std::uint64_t delivered_ = 0;
  std::uint64_t failed_ = 0;
};

/// False: all lines are sent.
bool line_producer::send_next() {
  if (auto line = lines_.next())
    send(*line);
  else if (lines_.too_long())
    input_failure_ = fmt::format("line {} is longer than {} bytes",
                                 lines_.count() + 1, line_bytes_max);
  else if (lines_.finished())
    return false;
  else
    read_some();
  return true;
}

void line_producer::send(std::string_view line) {
  optional_bytes key;
  auto value = line;
  if (rule_.key_field) {
    if (auto field = nth_field(line, *rule_.key_field); !field.empty())
      key = field;
  } else if (auto at = line.find(rule_.separator);
             !rule_.separator.empty() && at != std::string_view::npos) {
    key = line.substr(0, at);
    value = line.substr(at + rule_.separator.size());
  }
  while (can_go_on()) {
    auto sent = client_->send(topic_, chosen_by_key, key, value, lines_.count(),
                              headers_);
    if (!sent) {
      ++sent_;
      on_report(lines_.count(), sent.failure());
      return;
    }
    if (*sent) {
      ++sent_;
      client_->poll(0ms);
      return;
    }
    client_->poll(look_interval); // the queue is full
  }
}

/// Waits for input or for reports, for a look interval at most.
void line_producer::read_some() {
  client_->poll(0ms);
  pollfd asked{STDIN_FILENO, POLLIN, 0};
  if (poll(&asked, 1, static_cast<int>(look_interval.count())) <= 0)
    return;
  auto n = read(STDIN_FILENO, lines_.room(), line_buffer::chunk_bytes);
  if (n > 0)
    lines_.add(static_cast<std::size_t>(n));
  else if (n == 0)
    lines_.finish();
  else if (errno != EINTR && errno != EAGAIN)
    input_failure_ = std::strerror(errno);
}

/// Every record is reported within message.timeout.ms. Where the brokers refuse
/// us that would be told later and without the reason.
void line_producer::await_reports() {
  std::optional<time_point> deadline;
  while (delivered_ + failed_ < sent_ && !client_->refusal()) {
    client_->poll(look_interval);
    if (stop_signal() == 0)
      continue;
    if (!deadline)
      deadline = clock::now() + flush_limit_after_signal;
    else if (clock::now() > *deadline)
      return;
  }
}

void line_producer::on_report(std::uint64_t line, const kafka::error& failure) {
  if (!failure) {
    ++delivered_;
    return;
  }
  if (++failed_ <= failures_told_max)
    tell(fmt::format("cafka produce: line {}: {}: {}", line,
                     to_string(failure.code), failure.text));
}

exit_code line_producer::refuse(const std::string& text) const {
  tell("cafka produce: " + text);
  return exit_code::usage;
}

exit_code line_producer::conclude() const {
  auto unknown = sent_ - delivered_ - failed_;
  auto sum = fmt::format("{} records delivered", delivered_);
  if (failed_ > 0)
    sum += fmt::format(", {} failed", failed_);
  if (unknown > 0)
    sum += fmt::format(", {} without an answer yet", unknown);
  tell(sum);
  if (!input_failure_.empty())
    return refuse("standard input: " + input_failure_);
  if (refusal_)
    tell(fmt::format("cafka produce: {}: {}", to_string(refusal_.code),
                     refusal_.text));
  if (failed_ > 0 || refusal_)
    return exit_code::check_failed;
  return stop_signal() == 0 ? exit_code::ok : exit_code_of_signal();
}

} // namespace

exit_code produce_lines(const std::string& topic, const line_rule& rule,
                        const kafka::properties& props) {
  return line_producer{topic, rule}.run(props);
}

} // namespace cafka::app
