#include "demo/ledger.hpp"

#include "demo/keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cafka::demo {

namespace {

using guard = std::lock_guard<std::mutex>;
using rule = invariants::rule;

std::string name_of(generation g) {
  return fmt::format("generation {}", g.value);
}

} // namespace

// -- the producer -------------------------------------------------------------

void partition_ledger::sent(const record_window::record& x) {
  guard lock{mutex_};
  facts_.produced(tp_, window_.end());
  window_.sent(x);
}

void partition_ledger::take_back() {
  guard lock{mutex_};
  window_.take_back(); // it is sent again at the same offset, or all has failed
}

void partition_ledger::reported(offset_t at, std::uint64_t line) {
  guard lock{mutex_};
  if (!window_.reported(at, line))
    lines_.add(fmt::format("line {} came to lie at {}/{}, where line {} should "
                           "be",
                           line, tp_.partition, at, window_.line_at(at)));
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
      begin(x);
      return;
    case event_kind::worker_restarted:
      // Negative: nothing was read yet.
      facts_.restarted(name_of(x.generation), tp_,
                       std::max<offset_t>(x.offset, 0));
      return;
    case event_kind::revoked:
      facts_.revoked(name_of(x.generation), tp_);
      return;
    case event_kind::lost:
    case event_kind::group_restarted: // which has no partition
      if (!holder_.empty())
        facts_.lost(std::exchange(holder_, {}), tp_);
      return;
    case event_kind::commit_sent:
      ++commit_count_;
      facts_.commit_sent(name_of(x.generation), tp_, x.offset);
      return;
    case event_kind::committed:
      facts_.committed(tp_, x.offset);
      window_.committed(x.offset);
      return;
    default:
      return;
  }
}

void partition_ledger::begin(const event& x) {
  holder_ = name_of(x.generation);
  // Negative: at the earliest record, since there is no commit.
  facts_.assigned(holder_, tp_, std::max<offset_t>(x.offset, 0));
}

// -- the partition's handler --------------------------------------------------

void partition_ledger::enter(offset_t first, offset_t last) {
  guard lock{mutex_};
  deliveries_ += static_cast<std::uint64_t>(last - first + 1);
  redeliveries_
    += static_cast<std::uint64_t>(std::clamp(handed_, first, last + 1) - first);
  handed_ = std::max(handed_, last + 1);
  if (++calls_running_ > 1)
    calls_.add(fmt::format("{}: two handler calls at a time", to_string(tp_)));
}

void partition_ledger::leave() {
  guard lock{mutex_};
  --calls_running_;
}

void partition_ledger::handled(generation g, offset_t at, std::string_view key,
                               std::string_view value) {
  auto of_key = fingerprint(key);
  auto of_value = fingerprint(value);
  guard lock{mutex_};
  facts_.handled(name_of(g), tp_, {at, at + 1});
  states_[of_key] = of_value;
  using verdict = record_window::verdict;
  switch (window_.handled(at, chain(of_key, of_value))) {
    case verdict::as_sent:
      return;
    case verdict::differs:
      lines_.add(fmt::format("line {} came back changed ({}/{})",
                             window_.line_at(at), tp_.partition, at));
      return;
    case verdict::unknown:
      lines_.add(fmt::format("{}/{} is no record that was sent, or was "
                             "committed before",
                             tp_.partition, at));
      return;
  }
}

void partition_ledger::acked(generation g, offset_t next) {
  guard lock{mutex_};
  facts_.acked(name_of(g), tp_, next);
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
  result.committed = window_.committed();
  result.uncommitted_bytes = window_.uncommitted_bytes();
  return result;
}

findings partition_ledger::lines_wrong() const {
  guard lock{mutex_};
  auto result = lines_;
  for (auto& x : facts_.unhandled(tp_))
    for (auto at = x.first; at < x.last; ++at)
      result.add(fmt::format("line {} was never handled ({}/{})",
                             window_.line_at(at), tp_.partition, at));
  for (auto& x : window_.unreported())
    result.add(fmt::format("line {} was never reported as written ({}/{})",
                           x.line, tp_.partition, x.at));
  return result;
}

findings partition_ledger::order_wrong() const {
  guard lock{mutex_};
  auto result = broken(false);
  result.add(calls_);
  return result;
}

findings partition_ledger::commits_wrong() const {
  guard lock{mutex_};
  return broken(true);
}

/// The invariants of what a commit covers, or all others.
findings partition_ledger::broken(bool by_commits) const {
  findings result;
  for (auto& x : facts_.violations())
    if (by_commits
        == (x.broken == rule::commit_is_handled
            || x.broken == rule::committed_is_done))
      result.add(x.text);
  return result;
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

ledger::ledger(const std::string& topic, std::size_t partitions) {
  for (std::size_t i = 0; i < partitions; ++i)
    partitions_.push_back(std::make_unique<partition_ledger>(
      topic_partition{topic, static_cast<partition_t>(i)}));
}

void ledger::on_event(const event& x) const {
  if (x.kind == event_kind::group_restarted)
    for (auto& p : partitions_)
      p->on_event(x);
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
