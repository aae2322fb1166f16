#include "app/line_producer.hpp"

#include "api/stop_signal.hpp"
#include "app/kept_lines.hpp"
#include "io/line_buffer.hpp"
#include "io/notes.hpp"
#include "kafka/producer.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
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
constexpr std::uint64_t failures_printed_max = 10;

constexpr partition_t chosen_by_key = -1;

/// librdkafka's `batch.size` where nothing is set.
constexpr std::size_t default_batch_bytes = 1'000'000;

/// librdkafka has checked what is set.
std::size_t batch_bytes_in(const kafka::properties& props) {
  auto result = default_batch_bytes;
  if (auto i = props.find("batch.size"); i != props.end())
    std::from_chars(i->second.data(), i->second.data() + i->second.size(),
                    result);
  return result;
}

class line_producer {
public:
  line_producer(const std::string& topic, const io::line_rule& rule,
                const kafka::properties& props)
    : topic_(topic),
      rule_(rule),
      props_(props),
      headers_(io::headers_of(rule)),
      batch_bytes_(batch_bytes_in(props)) {
  }

  exit_code run() {
    if (auto failure = open())
      return refuse(failure.text);
    while (can_go_on() && send_next())
      if (kept_.size() > 0)
        send_again();
    await_reports();
    send_again();
    client_.reset();
    return conclude();
  }

private:
  kafka::error open();
  bool is_refused();
  bool can_go_on() {
    return stop_signal() == 0 && failed_ == 0 && input_failure_.empty()
           && !is_refused();
  }
  bool send_next();
  bool send(std::uint64_t line, partition_t to, optional_bytes key,
            optional_bytes value);
  void send_again();
  bool open_with_smaller_batches();
  void read_some();
  std::uint64_t unanswered() const {
    return sent_ - delivered_ - failed_ - kept_.size();
  }
  void await_reports();
  void on_report(std::uint64_t line, partition_t at,
                 const kafka::error& failure);
  void on_failure(std::uint64_t line, const kafka::error& failure);
  exit_code refuse(const std::string& text) const;
  exit_code conclude() const;

  std::string topic_;
  const io::line_rule& rule_;
  kafka::properties props_;
  std::vector<header> headers_;
  std::size_t batch_bytes_; // the most in a batch of more than one record
  io::line_buffer lines_;
  kept_lines kept_;
  std::unique_ptr<kafka::producer> client_;
  std::string input_failure_;
  kafka::error refusal_; // of everything, at once
  std::uint64_t sent_ = 0;
  std::uint64_t delivered_ = 0;
  std::uint64_t failed_ = 0;
};

kafka::error line_producer::open() {
  auto client = kafka::producer::open(
    props_,
    [this](std::uint64_t line, partition_t at, offset_t,
           const kafka::error& failure) { on_report(line, at, failure); });
  if (!client)
    return client.failure();
  client_ = std::move(*client);
  return {};
}

bool line_producer::is_refused() {
  if (!refusal_)
    refusal_ = client_->refusal();
  return static_cast<bool>(refusal_);
}

/// False: all lines are sent.
bool line_producer::send_next() {
  if (auto line = lines_.next()) {
    auto [key, value] = io::record_of(*line, rule_);
    ++sent_;
    if (!send(lines_.count(), chosen_by_key, key, value))
      --sent_;
  } else if (lines_.too_long()) {
    input_failure_ = fmt::format("line {} is longer than {} bytes",
                                 lines_.count() + 1, io::line_bytes_max);
  } else if (lines_.finished()) {
    return false;
  } else {
    read_some();
  }
  return true;
}

/// False: it has no place in the queue, and waiting for one makes no sense any
/// more.
bool line_producer::send(std::uint64_t line, partition_t to, optional_bytes key,
                         optional_bytes value) {
  do {
    auto sent = client_->send(topic_, to, key, value, line, headers_);
    if (!sent)
      on_failure(line, sent.failure());
    client_->poll(!sent || *sent ? 0ms : look_interval);
    if (!sent || *sent)
      return true;
  } while (stop_signal() == 0 && !is_refused());
  return false;
}

/// Those whose batch was too large, until none is or it is that of one line.
/// Waits for all others first, which may come back, too: what is kept goes out
/// in the order of the lines.
void line_producer::send_again() {
  await_reports();
  while (kept_.size() > 0) {
    auto lines = kept_.take();
    // Others without an answer: they are not waited for any more.
    auto goes_on = unanswered() == lines.size() && open_with_smaller_batches();
    for (auto& [line, x] : lines)
      if (!goes_on || !send(line, x.partition, x.key, x.value))
        on_failure(line, x.failure);
    await_reports();
  }
}

bool line_producer::open_with_smaller_batches() {
  batch_bytes_ = smaller_batch(batch_bytes_);
  props_["batch.size"] = std::to_string(batch_bytes_);
  return !open();
}

/// Waits for input or for reports, for a look interval at most.
void line_producer::read_some() {
  client_->poll(0ms);
  pollfd asked{STDIN_FILENO, POLLIN, 0};
  if (poll(&asked, 1, static_cast<int>(look_interval.count())) <= 0)
    return;
  auto n = read(STDIN_FILENO, lines_.room(), io::line_buffer::chunk_bytes);
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
  while (unanswered() > 0 && !is_refused()) {
    client_->poll(look_interval);
    if (stop_signal() == 0)
      continue;
    if (!deadline)
      deadline = clock::now() + flush_limit_after_signal;
    else if (clock::now() > *deadline)
      return;
  }
}

void line_producer::on_report(std::uint64_t line, partition_t at,
                              const kafka::error& failure) {
  if (!failure) {
    ++delivered_;
    kept_.delivered(line, at);
  } else if (auto x = client_->reported();
             failure.too_large && !fills_batch(x, batch_bytes_)) {
    kept_.keep(line, x, failure);
  } else {
    on_failure(line, failure);
  }
}

void line_producer::on_failure(std::uint64_t line,
                               const kafka::error& failure) {
  if (++failed_ <= failures_printed_max)
    io::print_note(fmt::format("cafka produce: line {}: {}: {}", line,
                               to_string(failure.code), failure.text));
}

exit_code line_producer::refuse(const std::string& text) const {
  io::print_note("cafka produce: " + text);
  return exit_code::usage;
}

exit_code line_producer::conclude() const {
  auto unknown = unanswered();
  auto sum = fmt::format("{} records delivered", delivered_);
  if (failed_ > 0)
    sum += fmt::format(", {} failed", failed_);
  if (unknown > 0)
    sum += fmt::format(", {} without an answer yet", unknown);
  io::print_note(sum);
  if (auto& lines = kept_.overtaken(); !lines.empty())
    io::print_note(fmt::format(
      "cafka produce: {} records, of line {} first, came behind later lines of "
      "their partition: topic {} did not take their batches, which were sent "
      "again in parts. A kafka {{ batch-size = … }} below the topic's "
      "max.message.bytes keeps the order",
      lines.size(), *lines.begin(), topic_));
  if (!input_failure_.empty())
    return refuse("standard input: " + input_failure_);
  if (refusal_)
    io::print_note(fmt::format("cafka produce: {}: {}",
                               to_string(refusal_.code), refusal_.text));
  if (failed_ > 0 || refusal_)
    return exit_code::check_failed;
  return stop_signal() == 0 ? exit_code::ok : exit_code_of_signal();
}

} // namespace

exit_code produce_lines(const std::string& topic, const io::line_rule& rule,
                        const kafka::properties& props) {
  return line_producer{topic, rule, props}.run();
}

} // namespace cafka::app
