#include "demo/run.hpp"

#include "api/stop_signal.hpp"
#include "demo/checks.hpp"
#include "demo/committed.hpp"
#include "demo/group.hpp"
#include "demo/producer.hpp"
#include "demo/progress.hpp"
#include "demo/put.hpp"
#include "demo/report.hpp"
#include "io/notes.hpp"

#include <cafka/errors.hpp>

#include <fmt/format.h>

#include <chrono>

namespace cafka::demo {

namespace {

using app::exit_code;
using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// The longest that is to be expected without any is a coordinator's death: the
/// mock cluster then waits for the session timeout of 6 s.
constexpr auto progress_limit = 30s;

/// All is handled, nothing fails, the partitions are held, and still not all is
/// committed: after that long, 15 commit intervals, it never will be.
constexpr auto settle_limit = 3s;

enum class ending {
  complete,
  settled,
  stuck,
  gave_up,
  input,
  producer,
  signal
};

/// When the last thing moved that has to move.
class motion {
public:
  explicit motion(time_point now) : since_(now) {
  }
  void note(std::uint64_t what, time_point now) {
    if (std::exchange(what_, what) != what)
      since_ = now;
  }
  duration rest(time_point now) const {
    return now - since_;
  }

private:
  std::uint64_t what_ = 0;
  time_point since_;
};

class demo_run {
public:
  explicit demo_run(const run_options& x)
    : options_(x),
      start_(clock::now()),
      books_(demo_group::topic(), partition_count),
      failures_(plan_failures(x.seed, x.scanned.records)),
      sabotage_(x.sabotage, x.seed, x.scanned.records, failures_, books_,
                [this](const ack& y) { group_.send(y); }),
      group_(partition_count),
      meter_(x.scanned.lines, start_) {
  }

  exit_code run() {
    auto failure = group_.start({books_, failures_, sabotage_}, watch_,
                                options_.scanned.lines);
    auto producer = keyed_producer::open(group_.endpoints(), group_.topic(),
                                         options_.from, options_.keys, books_);
    if (!producer && !failure)
      failure = producer.error();
    if (failure) {
      io::print_note("cafka demo: " + text_of(failure));
      return exit_code::gave_up;
    }
    auto end = replay(**producer);
    time_ = clock::now() - start_;
    auto waits_for = describe_wait(**producer);
    stop();
    return conclude(end, **producer, waits_for);
  }

private:
  ending replay(keyed_producer& producer);
  std::optional<ending> look(const keyed_producer& producer,
                             keyed_producer::progress sent, time_point now);
  bool is_complete() const;
  std::string describe_wait(const keyed_producer& producer) const;
  void stop();
  exit_code conclude(ending x, const keyed_producer& producer,
                     const std::string& waits_for);
  exit_code check();
  summary make_summary() const;

  const run_options& options_;
  time_point start_;
  duration time_{0};
  ledger books_;
  chaos failures_;
  group_watch watch_;
  saboteur sabotage_;
  demo_group group_; // ends before all that it works with
  progress_meter meter_;
  motion moved_{start_};   // records
  motion stirred_{start_}; // records, or the group
};

/// The only loop: it sends, looks, and tells.
ending demo_run::replay(keyed_producer& producer) {
  while (true) {
    auto sent = producer.pump(10ms);
    auto now = clock::now();
    meter_.show(now, books_, watch_.facts(), failures_.facts().killing);
    if (auto result = look(producer, sent, now))
      return *result;
  }
}

std::optional<ending> demo_run::look(const keyed_producer& producer,
                                     keyed_producer::progress sent,
                                     time_point now) {
  using progress = keyed_producer::progress;
  if (stop_signal() != 0)
    return ending::signal;
  if (sent == progress::failed)
    return producer.input_failed() ? ending::input : ending::producer;
  auto group = watch_.facts();
  if (!group.gave_up.empty())
    return ending::gave_up;
  auto sum = books_.total();
  auto records = sum.sent + sum.handled
                 + static_cast<std::uint64_t>(sum.committed);
  moved_.note(records + group.assigned, now);
  stirred_.note(records + sum.deliveries + group.events, now);
  if (moved_.rest(now) > progress_limit)
    return ending::stuck;
  auto failures = failures_.facts();
  if (sent != progress::finished || group.assigned < partition_count
      || failures.killing)
    return std::nullopt;
  if (failures.complete() && is_complete())
    return ending::complete;
  if (sum.handled == sum.sent && stirred_.rest(now) > settle_limit)
    return ending::settled;
  return std::nullopt;
}

bool demo_run::is_complete() const {
  for (std::size_t i = 0; i < partition_count; ++i) {
    auto x = books_.at(static_cast<partition_t>(i)).facts();
    if (static_cast<std::uint64_t>(x.committed) < x.sent)
      return false;
  }
  return true;
}

std::string demo_run::describe_wait(const keyed_producer& producer) const {
  auto group = watch_.facts();
  auto note = group.last_error.empty()
                ? std::string{}
                : "; the client's last error: " + group.last_error;
  if (group.assigned < partition_count)
    return fmt::format("the assignment of {} of {} partitions{}",
                       partition_count - group.assigned, partition_count, note);
  std::string result;
  for (std::size_t i = 0; i < partition_count; ++i) {
    auto x = books_.at(static_cast<partition_t>(i)).facts();
    if (static_cast<std::uint64_t>(x.committed) < x.sent)
      result += fmt::format("{}partition {}: {} of {} sent records handled, {} "
                            "committed",
                            result.empty() ? "" : "; ", i, x.handled, x.sent,
                            x.committed);
  }
  if (result.empty())
    result = fmt::format("the producer, at line {} of {}", producer.line(),
                         options_.scanned.lines);
  return result + note;
}

/// Nothing of the group is left afterwards.
void demo_run::stop() {
  meter_.end();
  failures_.interrupt();
  sabotage_.interrupt();
  group_.stop();
}

exit_code demo_run::conclude(ending x, const keyed_producer& producer,
                             const std::string& waits_for) {
  switch (x) {
    case ending::signal:
      put("stopped by a signal\n");
      return app::exit_code_of_signal();
    case ending::input:
      io::print_note("cafka demo: " + producer.failure());
      return exit_code::usage;
    case ending::stuck:
      print(make_summary());
      put(fmt::format("FAILED  no progress for {} s; waited for {}\n",
                      progress_limit.count(), waits_for));
      return exit_code::no_progress;
    case ending::gave_up:
      print(make_summary());
      put(
        fmt::format("FAILED  the group gave up: {}\n", watch_.facts().gave_up));
      return exit_code::gave_up;
    case ending::producer:
      put(fmt::format("FAILED  a record could not be written: {}\n",
                      producer.failure()));
      break;
    case ending::settled:
    case ending::complete:
      break;
  }
  return check();
}

exit_code demo_run::check() {
  print(make_summary());
  auto committed = committed_at_broker(group_.endpoints(), group_.group_id(),
                                       group_.topic(), partition_count);
  auto truth = read_directly(options_.from, options_.keys, partition_count);
  auto checks
    = check_all({books_, truth, committed, failures_.facts(), watch_.facts()});
  print(checks);
  for (auto& x : checks)
    if (!x.ok)
      return exit_code::check_failed;
  return exit_code::ok;
}

summary demo_run::make_summary() const {
  summary result;
  auto sum = books_.total();
  auto group = watch_.facts();
  result.input = options_.from.name;
  result.input_bytes = options_.from.size_bytes;
  result.seed = options_.seed;
  result.records = options_.scanned.records;
  result.handled = sum.handled;
  result.worker_failures = group.worker_failures;
  result.worker_restarts = group.worker_restarts;
  result.group_restarts = group.group_restarts;
  result.redeliveries = sum.redeliveries;
  result.time = time_;
  return result;
}

} // namespace

app::exit_code run(const run_options& options) {
  return demo_run{options}.run();
}

} // namespace cafka::demo
