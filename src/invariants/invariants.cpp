#include "invariants/invariants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace cafka {

namespace {

constexpr auto lowest = std::numeric_limits<offset_t>::min();

std::uint64_t size_of(const std::vector<offset_range>& ranges) {
  std::uint64_t result = 0;
  for (auto& x : ranges)
    result += static_cast<std::uint64_t>(x.last - x.first);
  return result;
}

} // namespace

// -- what was seen -------------------------------------------------------------

// A member may be quicker than the broker's answer to the producer.
void invariants::produced(const topic_partition& tp, offset_t offset) {
  auto& x = partitions_[tp];
  ++produced_count_;
  x.end = std::max(x.end, offset + 1);
  if (offset < x.removed || x.handled.contains(offset))
    return;
  x.unhandled.insert({offset, offset + 1});
  if (offset < x.committed)
    check_committed(tp, x);
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

void invariants::revoked(const std::string& member, const topic_partition& tp) {
  auto& x = held_[member][tp];
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
  auto& x = partitions_[tp];
  auto text = fmt::format("{} handled [{}, {})", member, run.first, run.last);
  auto& holder = held_[member].try_emplace(tp, never_held).first->second;
  if (run.first < holder.next)
    violated(tp, text + fmt::format(" after {}", holder.next - 1));
  holder.next = run.last;
  handled_count_ += static_cast<std::uint64_t>(run.last - run.first);
  if (holder.late) {
    handled_late_ += size_of(x.handled.intersection(run));
  } else {
    count_again(x, run);
    if (holder.over)
      violated(tp, text + " without holding it");
    if (run.first < x.committed)
      violated(tp, text + fmt::format(" below the committed {}", x.committed));
  }
  x.handled.insert(run);
  x.by[member].insert(run);
  x.unhandled.erase(run);
}

void invariants::committed(const topic_partition& tp, offset_t offset) {
  auto& x = partitions_[tp];
  if (offset == x.committed)
    return;
  if (offset < x.committed)
    violated(tp, fmt::format("the committed offset went back from {} to {}",
                             x.committed, offset));
  x.committed = offset;
  for (auto& [member, ranges] : x.by)
    ranges.erase({lowest, offset});
  std::erase_if(x.by, [](auto& y) { return y.second.empty(); });
  check_committed(tp, x);
}

// -- what follows --------------------------------------------------------------

void invariants::violated(const topic_partition& tp, const std::string& what) {
  violations_.push_back(to_string(tp) + ": " + what);
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

void invariants::check_committed(const topic_partition& tp,
                                 const partition& x) {
  for (auto& y : x.unhandled.intersection({lowest, x.committed}))
    violated(tp,
             fmt::format("{} was committed, and nobody had handled [{}, {})",
                         x.committed, y.first, y.last));
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
