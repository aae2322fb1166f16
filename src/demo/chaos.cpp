#include "demo/chaos.hpp"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <fmt/format.h>

#include <stdexcept>

namespace cafka::demo {

namespace {

/// Some commit intervals of the demo. With a single record nothing can be
/// committed before it.
constexpr auto commit_wait = std::chrono::seconds{1};

struct not_an_exception {};

/// For a worker of an earlier incarnation, whom nobody listens to any more.
handler_answer void_answer() {
  return handler_answer::failed("the incarnation of this worker is over");
}

/// Ends a handler call the planned way.
handler_answer carry_out(const planned_failure& x) {
  switch (x.what) {
    case failure_kind::throws_number:
      throw 42;
    case failure_kind::throws_struct:
      throw not_an_exception{};
    case failure_kind::answers_failed:
      return handler_answer::failed(fmt::format("planned at offset {}", x.at));
    default:
      throw std::runtime_error(fmt::format("planned at offset {}", x.at));
  }
}

} // namespace

chaos::chaos(failure_plan plan) {
  for (auto& planned : plan) {
    for (auto& x : planned)
      ++(x.what == failure_kind::kills_coordinator ? tally_.kills_planned
                                                   : tally_.worker_planned);
    partitions_.push_back({std::move(planned), std::nullopt, {}});
  }
}

// -- the group ----------------------------------------------------------------

void chaos::on_incarnation(const group_incarnation& x) {
  lock guard{mutex_};
  incarnation_ = x;
  committed_ = false;
  tally_.killing = false;
  for (auto& p : partitions_)
    let_go(p);
  changed_.notify_all();
}

void chaos::on_event(const event& x) {
  lock guard{mutex_};
  if (x.kind == event_kind::group_restarted) {
    group_restarted(x);
    return;
  }
  auto p = static_cast<std::size_t>(x.tp.partition);
  if (x.tp.topic.empty() || p >= partitions_.size())
    return;
  switch (x.kind) {
    case event_kind::assigned:
    case event_kind::reset:
      let_go(partitions_[p]);
      partitions_[p].held = x.generation;
      return;
    case event_kind::revoked:
    case event_kind::lost:
      let_go(partitions_[p]);
      return;
    case event_kind::worker_failed:
      worker_failed(partitions_[p], x);
      return;
    case event_kind::committed:
      // At 0 only the begin was committed.
      committed_ = committed_ || x.offset > 0;
      changed_.notify_all();
      return;
    default:
      return;
  }
}

/// The generation is over. A failure that the group did not tell of may have
/// met a worker that was dead already: it is to happen again.
void chaos::let_go(partition& x) {
  x.held = {};
  if (x.begun)
    x.planned.push_front(*x.begun);
  x.begun.reset();
}

void chaos::worker_failed(partition& x, const event& e) {
  if (x.begun && e.generation == x.held) {
    x.begun.reset();
    ++tally_.worker_done;
    return;
  }
  tally_.unplanned.add(fmt::format("the worker of partition {} failed: {}",
                                   e.tp.partition, e.text));
}

void chaos::group_restarted(const event& e) {
  if (kill_counts_) {
    kill_counts_ = false;
    ++tally_.kills_done;
    return;
  }
  tally_.unplanned.add(fmt::format("the group restarted: {}", e.text));
}

// -- handlers -----------------------------------------------------------------

std::optional<handler_answer> chaos::before(partition_t p, generation g,
                                            offset_t at) {
  lock guard{mutex_};
  auto& x = partitions_.at(static_cast<std::size_t>(p));
  auto is_due = [&] {
    return !interrupted_ && !x.planned.empty() && x.planned.front().at <= at;
  };
  if (!is_due())
    return std::nullopt;
  await_incarnation(guard);
  if (x.held != g)
    return void_answer();
  if (!is_due())
    return std::nullopt;
  if (x.planned.front().what == failure_kind::kills_coordinator)
    return kill_coordinator(guard, x, g);
  return fail_worker(guard, x);
}

std::optional<handler_answer> chaos::fail_worker(lock& guard, partition& x) {
  auto now = x.planned.front();
  x.planned.pop_front();
  x.begun = now;
  guard.unlock();
  return carry_out(now);
}

/// Returns in the next incarnation of the group, in which the record comes
/// again.
std::optional<handler_answer> chaos::kill_coordinator(lock& guard, partition& x,
                                                      generation g) {
  // A restart that has no commit to resume from would show little.
  changed_.wait_for(guard, commit_wait, [&] {
    return committed_ || tally_.killing || x.held != g || interrupted_;
  });
  if (interrupted_)
    return std::nullopt;
  if (!tally_.killing && x.held == g) {
    x.planned.pop_front();
    tally_.killing = kill_counts_ = true;
    caf::anon_send_exit(incarnation_.coordinator, caf::exit_reason::kill);
  }
  await_incarnation(guard);
  return void_answer();
}

/// Until the incarnation that gets killed is over. Going on in it would ack
/// records above one that was not handled.
void chaos::await_incarnation(lock& guard) {
  changed_.wait(guard, [this] { return !tally_.killing || interrupted_; });
}

bool chaos::is_quiet(partition_t p, offset_t last) const {
  lock guard{mutex_};
  auto& x = partitions_.at(static_cast<std::size_t>(p));
  return x.planned.empty() || x.planned.front().at > last;
}

void chaos::interrupt() {
  lock guard{mutex_};
  interrupted_ = true;
  changed_.notify_all();
}

chaos::tally chaos::facts() const {
  lock guard{mutex_};
  return tally_;
}

} // namespace cafka::demo
