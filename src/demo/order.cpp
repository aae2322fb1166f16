#include "demo/order.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cafka::demo {

void delivery_order::assigned(generation g, offset_t begin) {
  begin = std::max<offset_t>(begin, 0);
  // A commit that was sent and not confirmed may have arrived or not.
  if (begin < confirmed_ || begin > std::max(sent_, confirmed_))
    wrong_.add(fmt::format("partition {} resumed at {}, with commits from {} "
                           "to {}",
                           name_, begin, confirmed_, sent_));
  generation_ = g;
  begins_[g] = begin;
  acked_ = begin;
  sent_now_ = begin;
}

void delivery_order::restarted(generation g, offset_t begin) {
  begin = std::max<offset_t>(begin, 0);
  if (g == generation_ && begin != acked_)
    wrong_.add(fmt::format("partition {} restarted at {}, acked up to {}",
                           name_, begin, acked_));
  begins_[g] = begin;
}

void delivery_order::commit_sent(generation g, offset_t next) {
  if (g == generation_ && next < sent_now_)
    wrong_.add(fmt::format("partition {}: a commit went back from {} to {}",
                           name_, sent_now_, next));
  sent_now_ = next;
  sent_ = std::max(sent_, next);
}

void delivery_order::committed(offset_t next) {
  confirmed_ = std::max(confirmed_, next);
}

worker_life delivery_order::open(generation g) const {
  auto i = begins_.find(g);
  return {g, i == begins_.end() ? acked_ : i->second};
}

std::uint64_t delivery_order::handed(const worker_life& life, offset_t first,
                                     offset_t last) {
  check(life, first);
  auto again = std::clamp(handed_, first, last + 1) - first;
  handed_ = std::max(handed_, last + 1);
  return static_cast<std::uint64_t>(again);
}

void delivery_order::taken(worker_life& life, offset_t at) {
  check(life, at);
  life.next = std::max(life.next, at + 1);
}

void delivery_order::check(const worker_life& life, offset_t at) {
  if (at < life.next)
    wrong_.add(fmt::format("partition {}: {} was handed out, after {} or a "
                           "restart there",
                           name_, at, life.next - 1));
}

void delivery_order::acked(generation g, offset_t next) {
  // An ack of an earlier generation is void.
  if (g == generation_)
    acked_ = std::max(acked_, next);
}

} // namespace cafka::demo
