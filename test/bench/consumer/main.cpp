/// `cafka-bench-consumer`: a group that counts what it reads, to be measured
/// beside other clients.

#include "api/control_threads.hpp"
#include "api/group_ends.hpp"
#include "api/stop_signal.hpp"
#include "bench/consumer/faults.hpp"
#include "bench/consumer/input.hpp"
#include "bench/consumer/tally.hpp"
#include "io/line_writer.hpp"
#include "io/notes.hpp"
#include "io/standard_files.hpp"
#include "program/event_log.hpp"
#include "program/program.hpp"

#include <cafka/exec_handler.hpp>
#include <cafka/group.hpp>
#include <cafka/version.hpp>

#include <caf/actor_system_config.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <thread>

#include <unistd.h>

namespace cafka::bench {

namespace {

using app::exit_code;
using namespace std::chrono_literals;
using json = nlohmann::ordered_json;
using seconds = std::chrono::duration<double>;
using milliseconds = std::chrono::duration<double, std::milli>;
using wall_clock = std::chrono::system_clock;

/// Between two looks at signals and at the group.
constexpr auto look_interval = 50ms;

/// librdkafka's own `fetch.wait.max.ms`, so that a plain loop waits no less at
/// the broker.
constexpr auto fetch_wait = 500ms;

constexpr auto footer = R"(
Settings come from the environment, so that clients of every kind can be
measured the same way:
  BENCH_BROKERS     host:port,…
  BENCH_TOPIC       read from its begin
  BENCH_GROUP       the consumer group
  BENCH_COUNT       ends after so many records
  BENCH_T0          start, in seconds since the epoch; now if it is not given
  BENCH_FAIL_AT     the handler fails on this delivery, once, without backoff
  BENCH_FAILS       it fails so often, as many deliveries apart
  BENCH_ACKS        return (default): by the handler's answer; record: a message
                    per record; shuffled: one per record, out of order
  BENCH_OUT         each record is written to the same partition of this topic,
                    too, and the time ends when all is written and committed
  BENCH_REJECT_EVERY  offsets that are a multiple of it are rejected, and written
                    to BENCH_OUT as dead letters, they alone
  BENCH_LATENCY     1: payloads begin with the time they were sent, in ns since
                    the epoch (64 bits, this machine's order of bytes; 0: not
                    to be measured)
  BENCH_SLOW_FROM   calls of the partitions from this one on …
  BENCH_SLOW_MS     … take so long, and are not counted
  BENCH_COMMAND     a program and its arguments, without quotes: it is the
                    handler, and the rest but BENCH_COUNT counts for nothing
  BENCH_PARTITIONS  instead of BENCH_COUNT: ends when the handlers of so many
                    partitions are built

One line of JSON on standard output:
  {"peer":"cafka","version":…,"records":…,"bytes":…,"seconds_fetch":…,
   "seconds_total":…,"msgs_per_s":…,"peak_mb":…}
bytes: the payloads; seconds_fetch: from the first record to the last;
seconds_total: from BENCH_T0 on.)";

/// What the handlers of all partitions share.
struct bench_shared {
  explicit bench_shared(const bench_input& x)
    : input(x), tally(x.count, x.partitions), faults(x.fail_at, x.fails) {
  }

  bench_input input;
  bench_tally tally;
  bench_faults faults;
  caf::actor_system* system = nullptr;
};

class bench_handler : public message_handler {
public:
  bench_handler(const handler_context& context,
                std::shared_ptr<bench_shared> shared)
    : shared_(std::move(shared)),
      is_slow_(context.identity.partition
               >= shared_->input.slow_from.value_or(INT32_MAX)) {
    shared_->tally.built();
  }

  handler_answer handle(const message_batch& batch) override {
    auto& input = shared_->input;
    if (is_slow_) {
      std::this_thread::sleep_for(std::chrono::milliseconds{input.slow_ms});
      return handler_answer::ack();
    }
    if (input.fail_at != 0 && shared_->faults.take(batch))
      throw std::runtime_error("told to fail");
    if (input.reject_every != 0)
      return reject_some(batch);
    std::uint64_t bytes = 0;
    for (auto x : batch)
      bytes += x.value() ? x.value()->size() : 0;
    if (input.latency)
      measure(batch);
    shared_->tally.add(batch.size(), bytes);
    if (!input.out.empty())
      return handler_answer::ack().after(copies(batch));
    if (input.acks == bench_acks::on_return)
      return handler_answer::ack();
    send_acks(batch);
    return handler_answer::no_ack();
  }

private:
  /// What is behind the first that is rejected comes again.
  handler_answer reject_some(const message_batch& batch) {
    auto every = static_cast<offset_t>(shared_->input.reject_every);
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;
    for (auto x : batch) {
      ++records;
      bytes += x.value() ? x.value()->size() : 0;
      if (x.offset() % every != 0)
        continue;
      shared_->tally.add(records, bytes);
      return handler_answer::reject(x.offset(), "told to reject");
    }
    shared_->tally.add(records, bytes);
    return handler_answer::ack();
  }

  std::vector<output> copies(const message_batch& batch) const {
    std::vector<output> result;
    result.reserve(batch.size());
    for (auto x : batch) {
      auto value = x.value();
      result.push_back(
        {shared_->input.out, batch.partition(), std::nullopt,
         value ? std::optional{std::string{*value}} : std::nullopt});
    }
    return result;
  }

  void measure(const message_batch& batch) {
    latencies_.clear();
    for (auto x : batch) {
      std::int64_t sent_ns = 0;
      if (auto value = x.value(); value && value->size() >= sizeof(sent_ns))
        std::memcpy(&sent_ns, value->data(), sizeof(sent_ns));
      if (sent_ns != 0)
        latencies_.push_back(wall_clock::now().time_since_epoch()
                             - std::chrono::nanoseconds{sent_ns});
    }
    shared_->tally.add_latencies(latencies_);
  }

  void send_acks(const message_batch& batch) {
    if (!group_)
      group_ = find(*shared_->system, shared_->input.group);
    if (!group_)
      return; // it ends
    if (shared_->input.acks == bench_acks::per_record) {
      for (auto x : batch)
        send(*group_, ack_of(batch, x.offset()));
      return;
    }
    // Every offset of the batch once, in strides, so that most leave a gap.
    constexpr std::size_t stride = 7;
    for (std::size_t begin = 0; begin < stride; ++begin)
      for (auto i = begin; i < batch.size(); i += stride)
        send(*group_, individual_ack_of(ack_of(batch, batch[i].offset())));
  }

  std::shared_ptr<bench_shared> shared_;
  const bool is_slow_;
  std::optional<group_actor> group_;
  std::vector<bench_tally::duration> latencies_; // kept for its memory
};

/// A handler of somebody else's, and what it has answered.
class counting_handler : public message_handler {
public:
  counting_handler(std::unique_ptr<message_handler> inner,
                   std::shared_ptr<bench_shared> shared)
    : inner_(std::move(inner)), shared_(std::move(shared)) {
    shared_->tally.built();
  }
  handler_answer handle(const message_batch& batch) override {
    auto result = inner_->handle(batch);
    std::uint64_t bytes = 0;
    for (auto x : batch)
      bytes += x.value() ? x.value()->size() : 0;
    shared_->tally.add(batch.size(), bytes);
    return result;
  }
  void on_close(close_reason why) override {
    inner_->on_close(why);
  }

private:
  std::unique_ptr<message_handler> inner_;
  std::shared_ptr<bench_shared> shared_;
};

handler_factory counting(handler_factory inner,
                         std::shared_ptr<bench_shared> shared) {
  return [=](const handler_context& x) {
    return std::make_unique<counting_handler>(inner(x), shared);
  };
}

group_options options_for(const bench_input& x) {
  group_options result;
  result.headers = false; // which a plain loop does not read either
  auto& to = result.config;
  to.name = x.group;
  to.group = x.group;
  to.topics = {x.topic};
  to.begin_offset = logical_offset::earliest;
  to.sleep_timeout = fetch_wait;
  for (std::size_t i = 0; i < x.brokers.size();) {
    auto end = std::min(x.brokers.find(',', i), x.brokers.size());
    to.endpoints.push_back(x.brokers.substr(i, end - i));
    i = end + 1;
  }
  if (x.reject_every != 0) {
    to.on_failure.then = {failure_step::dead_letter};
    to.on_failure.dead_letter.topic = x.out;
  }
  if (x.fail_at != 0) {
    to.restart_backoff_min = to.restart_backoff_max = 0ms;
    to.restart_max = x.fails + 1;
  }
  return result;
}

class bench_run {
public:
  explicit bench_run(const bench_input& x)
    : shared_(std::make_shared<bench_shared>(x)) {
    add_types(config_);
    use_control_threads(config_, 1);
    system_ = std::make_unique<caf::actor_system>(config_);
    shared_->system = system_.get();
  }

  exit_code run();

private:
  exit_code wait();
  exit_code stop(const group_actor& group);
  json line() const;
  static exit_code print(const std::string& x);

  const wall_clock::time_point begin_ = wall_clock::now();
  std::shared_ptr<bench_shared> shared_;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  group_ends ends_;
  bench_tally::clock::time_point started_;
  seconds stopping_{0};
};

exit_code bench_run::run() {
  auto options = options_for(shared_->input);
  options.handler = make_handler<bench_handler>(shared_);
  options.log = [log = app::make_event_log()](const log_record& x) {
    log->on_record(x);
  };
  if (auto& command = shared_->input.command; !command.empty()) {
    exec_options what;
    what.command = command;
    if (auto failure = set_exec_handler(*system_, options, what)) {
      io::print_note("cafka bench-consumer: " + text_of(failure));
      return exit_code::usage;
    }
    options.handler = counting(std::move(options.handler), shared_);
  }
  started_ = bench_tally::clock::now();
  auto group = spawn(*system_, options);
  if (!group) {
    io::print_note("cafka bench-consumer: " + text_of(group.error()));
    return exit_code::usage;
  }
  ends_.watch(options.config.name, *group);
  auto result = wait();
  auto stop_begun = bench_tally::clock::now();
  auto ended = stop(*group);
  stopping_ = bench_tally::clock::now() - stop_begun;
  if (result != exit_code::ok)
    return result;
  if (ended != exit_code::ok)
    return ended;
  auto x = line();
  x["peak_mb"] = peak_mb();
  return print(x.dump() + "\n");
}

/// Waits for a slow reader until a signal comes.
exit_code bench_run::print(const std::string& x) {
  io::line_writer out{STDOUT_FILENO};
  for (out.add(x); !out.await_all(look_interval);) {
    if (auto failure = out.failure(); !failure.empty()) {
      io::print_note("cafka bench-consumer: standard output: " + failure);
      return exit_code::check_failed;
    }
    if (stop_signal() != 0)
      return app::exit_code_of_signal();
  }
  return exit_code::ok;
}

exit_code bench_run::wait() {
  while (!shared_->tally.await(look_interval)) {
    if (stop_signal() != 0)
      return app::exit_code_of_signal();
    if (!ends_.wait(1, 0ms).empty())
      break; // `stop` knows why
  }
  return exit_code::ok;
}

exit_code bench_run::stop(const group_actor& group) {
  auto why = cafka::stop(*system_, group);
  if (!why)
    return exit_code::ok;
  io::print_note("cafka bench-consumer: " + text_of(why));
  return exit_code::gave_up;
}

json bench_run::line() const {
  auto& input = shared_->input;
  auto sum = shared_->tally.sum();
  json x{{"peer", "cafka"}};
  if (input.partitions != 0) {
    x["scenario"] = "assign";
    x["seconds_assign"] = seconds{sum.last - started_}.count();
    x["seconds_revoke"] = stopping_.count();
    return x;
  }
  if (input.fail_at != 0) {
    auto delays = shared_->faults.delays();
    if (delays.empty())
      delays.push_back({}); // it was told to fail beyond the last record
    x["scenario"] = "fail";
    x["ms_to_redelivery"] = milliseconds{quantile(delays, 500)}.count();
    x["records_redelivered"] = shared_->faults.redelivered();
    if (input.fails > 1)
      x["ms_to_redelivery_p99"] = milliseconds{quantile(delays, 990)}.count();
    return x;
  }
  auto start = input.start_s == 0
                 ? begin_
                 : wall_clock::time_point{
                   std::chrono::duration_cast<wall_clock::duration>(
                     seconds{input.start_s})};
  auto fetch_s = seconds{sum.last - sum.first}.count();
  if (!input.out.empty())
    fetch_s += stopping_.count();
  auto stopped = wall_clock::now()
                 - std::chrono::duration_cast<wall_clock::duration>(
                   bench_tally::clock::now() - sum.last);
  x["version"] = CAFKA_VERSION_STRING;
  x["records"] = sum.records;
  x["bytes"] = sum.bytes;
  x["seconds_fetch"] = fetch_s;
  x["seconds_total"] = seconds{stopped - start}.count();
  x["msgs_per_s"] = fetch_s > 0 ? static_cast<double>(sum.records) / fetch_s
                                : 0;
  if (auto xs = shared_->tally.latencies(); !xs.empty()) {
    x["latency_ms_p50"] = milliseconds{quantile(xs, 500)}.count();
    x["latency_ms_p99"] = milliseconds{quantile(xs, 990)}.count();
    x["latency_ms_p999"] = milliseconds{quantile(xs, 999)}.count();
  }
  return x;
}

exit_code bench_consumer() {
  if (!io::require_standard_output("cafka bench-consumer"))
    return exit_code::usage;
  catch_stop_signals();
  auto read = read_bench_input([](const char* x) { return std::getenv(x); });
  for (auto& x : read.errors)
    io::print_note("cafka bench-consumer: " + x);
  if (!read.errors.empty())
    return exit_code::usage;
  return bench_run{read.input}.run();
}

exit_code run(int argc, char** argv) {
  auto result = exit_code::ok;
  CLI::App program{"Count the records of a topic, to be measured beside other "
                   "clients",
                   "cafka bench-consumer"};
  program.footer(footer);
  program.callback([&] { result = bench_consumer(); });
  return app::parse(program, argc, argv, result);
}

} // namespace

} // namespace cafka::bench

int main(int argc, char** argv) {
  return cafka::app::run_program([&] { return cafka::bench::run(argc, argv); });
}
