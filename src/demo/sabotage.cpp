#include "demo/sabotage.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <utility>

namespace cafka::demo {

namespace {

/// Many commit intervals of the demo; a group that restarts just then has no
/// commit to send, and the next batch gets its turn.
constexpr auto commit_wait = std::chrono::seconds{3};

/// A partition that has records, by the seed.
std::size_t pick_partition(const std::vector<std::uint64_t>& records,
                           std::uint64_t seed) {
  auto p = seed % records.size();
  while (records[p] == 0)
    p = (p + 1) % records.size();
  return p;
}

} // namespace

saboteur::saboteur(sabotage_kind kind, std::uint64_t seed,
                   const std::vector<std::uint64_t>& records,
                   const chaos& failures, const ledger& books, sender to_group)
  : kind_(kind),
    failures_(failures),
    books_(books),
    to_group_(std::move(to_group)) {
  if (kind == sabotage_kind::none)
    return;
  auto p = pick_partition(records, seed);
  partition_ = static_cast<partition_t>(p);
  // A later ack of the partition would cover one that is skipped: the last.
  at_ = static_cast<offset_t>(kind == sabotage_kind::skip_ack
                                ? records[p] - 1
                                : seed / records.size() % records[p]);
}

bool saboteur::can(sabotage_kind kind,
                   const std::vector<std::uint64_t>& records) noexcept {
  auto most = *std::max_element(records.begin(), records.end());
  switch (kind) {
    case sabotage_kind::none:
      return true;
    case sabotage_kind::reorder:
      return most > 1;
    default:
      return most > 0;
  }
}

/// A batch that a planned failure ends comes again: what happens only once
/// would be mended by that.
bool saboteur::is_quiet(const message_batch& x) const {
  return failures_.is_quiet(x.partition(), x.last_offset());
}

void saboteur::before(const message_batch& x) {
  if (kind_ != sabotage_kind::early_commit || !is_quiet(x))
    return;
  std::unique_lock guard{mutex_};
  if (std::exchange(done_, true))
    return;
  auto next = x.last_offset() + 1;
  books_.at(x.partition()).acked(x.generation(), next);
  to_group_(ack{x.topic(), x.partition(), x.generation(), x.last_offset()});
  done_ = changed_.wait_for(guard, commit_wait, [&] {
    return interrupted_ || commits_sent_[x.partition()] >= next;
  });
}

std::vector<std::size_t> saboteur::order(const message_batch& x) {
  std::vector<std::size_t> result(x.size());
  std::iota(result.begin(), result.end(), 0);
  if (kind_ != sabotage_kind::reorder || x.size() < 2 || !is_quiet(x))
    return result;
  std::unique_lock guard{mutex_};
  if (!std::exchange(done_, true))
    std::swap(result[0], result[1]);
  return result;
}

bool saboteur::loses(partition_t p, offset_t at) const noexcept {
  return kind_ == sabotage_kind::lose_record && p == partition_ && at == at_;
}

bool saboteur::skips_ack(const message_batch& x) const noexcept {
  return kind_ == sabotage_kind::skip_ack && x.partition() == partition_
         && x.last_offset() >= at_;
}

void saboteur::on_event(const event& x) {
  if (x.kind != event_kind::commit_sent)
    return;
  std::unique_lock guard{mutex_};
  auto& sent = commits_sent_[x.tp.partition];
  sent = std::max(sent, x.offset);
  changed_.notify_all();
}

void saboteur::interrupt() {
  std::unique_lock guard{mutex_};
  interrupted_ = true;
  changed_.notify_all();
}

} // namespace cafka::demo
