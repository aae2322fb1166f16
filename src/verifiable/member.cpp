#include "verifiable/member.hpp"

#include "verifiable/lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace cafka::app {

verifiable_member::verifiable_member(settings x, sink out)
  : settings_(x), out_(std::move(out)) {
}

void verifiable_member::start() {
  std::lock_guard guard{mutex_};
  out_(verifiable::startup_complete());
}

void verifiable_member::end() {
  std::lock_guard guard{mutex_};
  lose_all();
  out_(verifiable::shutdown_complete());
}

bool verifiable_member::finished() const {
  std::lock_guard guard{mutex_};
  return settings_.records_max && consumed_ >= *settings_.records_max;
}

// -- the group's events -------------------------------------------------------

void verifiable_member::on_event(const event& x) {
  std::lock_guard guard{mutex_};
  switch (x.kind) {
    case event_kind::assigned:
      held_[x.tp] = {x.generation, -1, x.offset};
      added_.push_back(x.tp);
      return;
    case event_kind::assignment_complete:
      out_(verifiable::partitions_assigned(std::exchange(added_, {})));
      return;
    case event_kind::begin_resolved:
      if (auto* held = find(x.tp, x.generation))
        held->committed = x.offset;
      return;
    case event_kind::reset:
      held_[x.tp] = {x.generation, -1, -1};
      return;
    case event_kind::revoked:
    case event_kind::lost:
      held_.erase(x.tp);
      removed_.push_back(x.tp);
      return;
    case event_kind::revocation_complete:
      if (!removed_.empty())
        out_(verifiable::partitions_revoked(std::exchange(removed_, {})));
      return;
    case event_kind::committed:
      on_committed(x);
      return;
    case event_kind::commit_failed:
      on_commit_failed(x);
      return;
    case event_kind::group_restarted:
    case event_kind::supervisor_gave_up:
      lose_all();
      return;
    default:
      return;
  }
}

verifiable_member::holding* verifiable_member::find(const topic_partition& tp,
                                                    generation g) {
  auto i = held_.find(tp);
  return i == held_.end() || i->second.generation != g ? nullptr : &i->second;
}

/// Not of a begin, which cafka commits before there are records, and not beyond
/// what was consumed: behind it only transaction markers lie, and who reads
/// these lines knows of none.
void verifiable_member::on_committed(const event& x) {
  auto* held = find(x.tp, x.generation);
  if (!settings_.reports_commits || !held)
    return;
  auto offset = std::min(x.offset, held->next);
  if (offset <= held->committed)
    return;
  held->committed = offset;
  out_(verifiable::offsets_committed(x.tp, offset, {}));
}

void verifiable_member::on_commit_failed(const event& x) {
  auto* held = find(x.tp, x.generation);
  if (!settings_.reports_commits || !held || held->next < 0)
    return;
  auto offset = x.offset < 0 ? held->next : std::min(x.offset, held->next);
  out_(verifiable::offsets_committed(
    x.tp, offset, fmt::format("{}: {}", to_string(x.code), x.text)));
}

/// An incarnation of the group that ended out of order told nothing of its
/// partitions.
void verifiable_member::lose_all() {
  for (auto& [tp, x] : held_)
    removed_.push_back(tp);
  held_.clear();
  if (!removed_.empty())
    out_(verifiable::partitions_revoked(std::exchange(removed_, {})));
}

// -- the partitions' handlers -------------------------------------------------

std::optional<verifiable_member::consumed>
verifiable_member::consume(const message_batch& x) {
  std::unique_lock guard{mutex_};
  std::size_t count = 0;
  std::string lines;
  do {
    count = std::min<std::uint64_t>(x.size(), room());
    guard.unlock(); // the actors do not wait for it
    lines = describe(x, count);
    guard.lock();
  } while (count > room()); // other partitions' records came in between
  auto* held = find({x.topic(), x.partition()}, x.generation());
  if (count == 0 || held == nullptr)
    return std::nullopt;
  consumed_ += count;
  auto last = x[count - 1].offset();
  held->next = last + 1;
  return consumed{out_(lines), last};
}

/// How many more records may be consumed.
std::uint64_t verifiable_member::room() const {
  return settings_.records_max.value_or(UINT64_MAX) - consumed_;
}

std::string verifiable_member::describe(const message_batch& x,
                                        std::size_t count) const {
  topic_partition tp{x.topic(), x.partition()};
  std::string result;
  std::vector<offset_t> offsets;
  for (std::size_t i = 0; i < count; ++i) {
    offsets.push_back(x[i].offset());
    if (settings_.verbose)
      result += verifiable::record_data(x[i]);
  }
  return result
         + verifiable::records_consumed(tp, verifiable::runs_of(offsets));
}

} // namespace cafka::app
