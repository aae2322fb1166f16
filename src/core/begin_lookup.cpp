#include "core/begin_lookup.hpp"

#include <algorithm>
#include <utility>

namespace cafka::core {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds timeout_min = seconds{3};
constexpr milliseconds timeout_max = seconds{60};
constexpr int doublings_max = 5; // beyond timeout_max

} // namespace

void begin_lookup::start() {
  ends_.reset();
  has_metadata_ = false;
}

auto begin_lookup::next(bool counts_known) const noexcept -> question {
  if (has_metadata_)
    return question::log_ends;
  // First of all: what is written while the rest is asked for, however often,
  // is behind the end.
  if (begin_ == offset_latest && !ends_)
    return question::ends;
  // New partitions begin where all do.
  if (begin_ != offset_earliest && !counted_ && !counts_known)
    return question::counts;
  return question::committed;
}

void begin_lookup::on_ends(std::map<topic_partition, offset_t> ends) {
  ends_ = std::move(ends);
}

void begin_lookup::on_counts() noexcept {
  counted_ = true;
}

milliseconds begin_lookup::timeout() const noexcept {
  return std::min(timeout_min * (1 << timed_out_), timeout_max);
}

void begin_lookup::on_timed_out() noexcept {
  timed_out_ = std::min(timed_out_ + 1, doublings_max);
}

offset_t begin_lookup::begin_of(const topic_partition& tp,
                                std::optional<offset_t> committed,
                                bool came_later) const {
  if (committed)
    return *committed;
  if (came_later)
    return offset_earliest;
  if (begin_ != offset_latest || !ends_)
    return begin_;
  auto end = ends_->find(tp);
  return end != ends_->end() ? end->second : offset_latest;
}

} // namespace cafka::core
