#include "invariants/invariants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace cafka {

namespace {

constexpr auto lowest = std::numeric_limits<offset_t>::min();

/// More would not help a reader.
constexpr std::size_t violations_max = 1'000;

std::uint64_t size_of(const std::vector<offset_range>& ranges) {
  std::uint64_t result = 0;
  for (auto& x : ranges)
    result += static_cast<std::uint64_t>(x.last - x.first);
  return result;
}

} // namespace

// -- what was seen ------------------------------------------------------------

// A member may be quicker than the broker's answer to the producer.
void invariants::produced(const topic_partition& tp, offset_t offset) {
  auto& x = partitions_[tp];
  ++produced_count_;
  x.end = std::max(x.end, offset + 1);
  if (offset < x.removed || x.handled.contains(offset))
    return;
  x.unhandled.insert({offset, offset + 1});
  if (auto passed = std::max(x.committed, x.sent); offset < passed)
    check_committed(tp, x, passed);
}

void invariants::removed(const topic_partition& tp, offset_t below) {
  auto& x = partitions_[tp];
  x.removed = std::max(x.removed, below);
  x.unhandled.erase({lowest, x.removed});
}

void invariants::compacted(const topic_partition& tp, offset_range which) {
  partitions_[tp].unhandled.erase(which);
}

void invariants::deleted(const std::string& topic) {
  for (auto& [tp, x] : partitions_)
    if (tp.topic == topic)
      x = partition{};
}

void invariants::assigned(const std::string& member,
                          const topic_partition& tp) {
  held_[member][tp] = {};
}

void invariants::assigned(const std::string& member, const topic_partition& tp,
                          offset_t begin) {
  auto& x = partitions_[tp];
  // A commit that was sent and not confirmed may have arrived or not.
  auto confirmed = std::max<offset_t>(x.committed, 0);
  if (begin < confirmed || begin > std::max(x.sent, confirmed))
    violated(rule::position, tp,
             fmt::format("{} began at {}, with commits from {} to {}", member,
                         begin, confirmed, x.sent));
  held_[member][tp] = {.next = begin, .acked = begin, .sent = begin};
}

void invariants::restarted(const std::string& member, const topic_partition& tp,
                           offset_t begin) {
  auto& x = held(member, tp);
  if (!x.over && x.acked >= 0 && begin != x.acked)
    violated(rule::position, tp,
             fmt::format("a worker of {} began again at {}, acked up to {}",
                         member, begin, x.acked));
  x.next = begin;
}

void invariants::revoked(const std::string& member, const topic_partition& tp) {
  held_[member][tp].over = true;
}

void invariants::lost(const std::string& member, const topic_partition& tp) {
  auto& x = held_[member][tp];
  x.late = true;
  x.over = true;
}

void invariants::gone(const std::string& member) {
  held_.erase(member);
}

void invariants::paused(const std::string& member) {
  for (auto& [tp, x] : held_[member])
    x.late = true;
}

void invariants::handled(const std::string& member, const topic_partition& tp,
                         offset_range run) {
  auto& holder = held(member, tp);
  check_run(member, tp, run, holder);
  holder.next = run.last;
  auto& x = partitions_[tp];
  handled_count_ += static_cast<std::uint64_t>(run.last - run.first);
  if (holder.late)
    handled_late_ += size_of(x.handled.intersection(run));
  else
    count_again(x, run);
  x.handled.insert(run);
  x.by[member].insert(run);
  x.unhandled.erase(run);
}

void invariants::acked(const std::string& member, const topic_partition& tp,
                       offset_t next) {
  auto& x = held(member, tp);
  x.acked = std::max(x.acked, next);
}

void invariants::commit_sent(const std::string& member,
                             const topic_partition& tp, offset_t offset) {
  auto& x = partitions_[tp];
  auto& holder = held(member, tp);
  if (offset < holder.sent)
    violated(rule::commit_rises, tp,
             fmt::format("a commit of {} went back from {} to {}", member,
                         holder.sent, offset));
  holder.sent = offset;
  x.sent = std::max(x.sent, offset);
  check_committed(tp, x, offset);
}

void invariants::committed(const topic_partition& tp, offset_t offset) {
  auto& x = partitions_[tp];
  if (offset == x.committed)
    return;
  if (offset < x.committed)
    violated(rule::commit_rises, tp,
             fmt::format("the committed offset went back from {} to {}",
                         x.committed, offset));
  x.committed = offset;
  for (auto& [member, ranges] : x.by)
    ranges.erase({lowest, offset});
  std::erase_if(x.by, [](auto& y) { return y.second.empty(); });
  check_committed(tp, x, offset);
}

// -- what follows -------------------------------------------------------------

invariants::assignment& invariants::held(const std::string& member,
                                         const topic_partition& tp) {
  return held_[member].try_emplace(tp, never_held).first->second;
}

void invariants::violated(rule broken, const topic_partition& tp,
                          const std::string& what) {
  if (violations_.size() < violations_max)
    violations_.push_back({broken, to_string(tp) + ": " + what});
}

void invariants::check_run(const std::string& member, const topic_partition& tp,
                           offset_range run, const assignment& holder) {
  auto fail = [&](rule broken, const std::string& how) {
    violated(broken, tp,
             fmt::format("{} handled [{}, {}) {}", member, run.first, run.last,
                         how));
  };
  if (run.first < holder.next)
    fail(rule::order, fmt::format("after {}", holder.next - 1));
  if (holder.late)
    return;
  if (holder.over)
    fail(rule::holder, "without holding it");
  if (auto done = partitions_[tp].committed; run.first < done)
    fail(rule::committed_is_done, fmt::format("below the committed {}", done));
}

void invariants::count_again(const partition& x, offset_range run) {
  handled_again_ += size_of(x.handled.intersection(run));
  for (auto& [member, ranges] : x.by)
    if (auto again = size_of(ranges.intersection(run)); again != 0)
      handled_again_after_[member] += again;
}

offset_t invariants::handled_end(const topic_partition& tp) const {
  auto i = partitions_.find(tp);
  return i == partitions_.end() || i->second.handled.empty()
           ? 0
           : i->second.handled.ranges().back().last;
}

std::uint64_t invariants::handled_again_after(const std::string& member) const {
  auto i = handled_again_after_.find(member);
  return i == handled_again_after_.end() ? 0 : i->second;
}

void invariants::check_committed(const topic_partition& tp, const partition& x,
                                 offset_t offset) {
  for (auto& y : x.unhandled.intersection({lowest, offset}))
    violated(rule::commit_is_handled, tp,
             fmt::format("{} was committed, and nobody had handled [{}, {})",
                         offset, y.first, y.last));
}

std::vector<offset_range>
invariants::unhandled(const topic_partition& tp) const {
  auto i = partitions_.find(tp);
  return i == partitions_.end() ? std::vector<offset_range>{}
                                : i->second.unhandled.ranges();
}

std::vector<std::string> invariants::missing() const {
  std::vector<std::string> result;
  for (auto& [tp, x] : partitions_)
    for (auto& y : x.unhandled.ranges())
      result.push_back(fmt::format("{}: nobody handled [{}, {})", to_string(tp),
                                   y.first, y.last));
  return result;
}

// A marker of a transaction may stand behind the last record.
bool invariants::all_committed() const {
  return std::all_of(partitions_.begin(), partitions_.end(), [](auto& x) {
    return x.second.end <= std::max(x.second.committed, x.second.removed);
  });
}

std::set<topic_partition> invariants::held_by(const std::string& member) const {
  std::set<topic_partition> result;
  if (auto i = held_.find(member); i != held_.end())
    for (auto& [tp, x] : i->second)
      if (!x.over)
        result.insert(tp);
  return result;
}

} // namespace cafka
