#include "demo/ledger.hpp"

#include "demo/keys.hpp"

#include <fmt/format.h>

namespace cafka::demo {

using guard = std::lock_guard<std::mutex>;

// -- the producer -------------------------------------------------------------

void partition_ledger::sent(const record_window::record& x) {
  guard lock{mutex_};
  window_.sent(x);
}

void partition_ledger::take_back() {
  guard lock{mutex_};
  window_.take_back();
}

void partition_ledger::reported(offset_t at, std::uint64_t line) {
  guard lock{mutex_};
  if (!window_.reported(at, line))
    lines_.add(fmt::format("line {} came to lie at {}/{}, where line {} should "
                           "be",
                           line, partition_, at, window_.line_at(at)));
}

void partition_ledger::not_sent(std::uint64_t line, const std::string& why) {
  guard lock{mutex_};
  lines_.add(fmt::format("line {} was not accepted: {}", line, why));
}

// -- the group's events -------------------------------------------------------

void partition_ledger::on_event(const event& x) {
  guard lock{mutex_};
  switch (x.kind) {
    case event_kind::assigned:
      order_.assigned(x.generation, x.offset);
      return;
    case event_kind::worker_restarted:
      order_.restarted(x.generation, x.offset);
      return;
    case event_kind::commit_sent:
      check_commit(x.offset);
      order_.commit_sent(x.generation, x.offset);
      return;
    case event_kind::committed:
      order_.committed(x.offset);
      window_.committed(x.offset);
      return;
    default:
      return;
  }
}

/// The request is about to leave.
void partition_ledger::check_commit(offset_t next) {
  ++commit_count_;
  if (next > window_.frontier())
    commits_.add(fmt::format("a commit of {}/{} covered {}/{} (line {}), which "
                             "was not handled",
                             partition_, next, partition_, window_.frontier(),
                             window_.line_at(window_.frontier())));
}

// -- the partition's handler --------------------------------------------------

worker_life partition_ledger::open_life(generation g) {
  guard lock{mutex_};
  return order_.open(g);
}

void partition_ledger::enter(const worker_life& life, offset_t first,
                             offset_t last) {
  guard lock{mutex_};
  deliveries_ += static_cast<std::uint64_t>(last - first + 1);
  redeliveries_ += order_.handed(life, first, last);
  if (++calls_running_ > 1)
    calls_.add(
      fmt::format("partition {}: two handler calls at a time", partition_));
}

void partition_ledger::leave() {
  guard lock{mutex_};
  --calls_running_;
}

void partition_ledger::handled(worker_life& life, offset_t at,
                               std::string_view key, std::string_view value) {
  auto of_key = fingerprint(key);
  auto of_value = fingerprint(value);
  guard lock{mutex_};
  order_.taken(life, at);
  states_[of_key] = of_value;
  using verdict = record_window::verdict;
  switch (window_.handled(at, chain(of_key, of_value))) {
    case verdict::as_sent:
      return;
    case verdict::differs:
      lines_.add(fmt::format("line {} came back changed ({}/{})",
                             window_.line_at(at), partition_, at));
      return;
    case verdict::unknown:
      lines_.add(fmt::format("{}/{} is no record that was sent, or was "
                             "committed before",
                             partition_, at));
      return;
  }
}

void partition_ledger::acked(generation g, offset_t next) {
  guard lock{mutex_};
  order_.acked(g, next);
}

// -- the end ------------------------------------------------------------------

partition_facts partition_ledger::facts() const {
  guard lock{mutex_};
  partition_facts result;
  result.sent = static_cast<std::uint64_t>(window_.end());
  result.handled = window_.handled_count();
  result.deliveries = deliveries_;
  result.redeliveries = redeliveries_;
  result.commits = commit_count_;
  result.frontier = window_.frontier();
  result.committed = window_.committed();
  result.uncommitted_bytes = window_.uncommitted_bytes();
  return result;
}

findings partition_ledger::lines_wrong() const {
  guard lock{mutex_};
  auto result = lines_;
  for (auto& x : window_.leftovers())
    result.add(fmt::format("line {} was never {} ({}/{})", x.what.line,
                           x.what.handled ? "reported as written" : "handled",
                           partition_, x.at));
  return result;
}

findings partition_ledger::order_wrong() const {
  guard lock{mutex_};
  auto result = order_.wrong();
  result.add(calls_);
  return result;
}

findings partition_ledger::commits_wrong() const {
  guard lock{mutex_};
  return commits_;
}

std::uint64_t partition_ledger::content() const {
  guard lock{mutex_};
  return window_.content();
}

state_table partition_ledger::states() const {
  guard lock{mutex_};
  return states_;
}

// -- ledger -------------------------------------------------------------------

ledger::ledger(std::size_t partitions) {
  for (std::size_t i = 0; i < partitions; ++i)
    partitions_.push_back(
      std::make_unique<partition_ledger>(static_cast<partition_t>(i)));
}

void ledger::on_event(const event& x) const {
  auto p = static_cast<std::size_t>(x.tp.partition);
  if (!x.tp.topic.empty() && p < partitions_.size())
    partitions_[p]->on_event(x);
}

partition_facts ledger::total() const {
  partition_facts result;
  for (auto& p : partitions_) {
    auto x = p->facts();
    result.sent += x.sent;
    result.handled += x.handled;
    result.deliveries += x.deliveries;
    result.redeliveries += x.redeliveries;
    result.commits += x.commits;
    result.committed += x.committed;
    result.uncommitted_bytes += x.uncommitted_bytes;
  }
  return result;
}

} // namespace cafka::demo
