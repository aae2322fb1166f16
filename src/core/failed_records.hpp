#pragma once

#include "core/failure_rules.hpp"
#include "core/range_set.hpp"

#include <cafka/types.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace cafka::core {

/// A record's way past its handler, step by step.
///
/// ```
///          dead letter handed over          report: written
///   begun ─────────────────────────► away ──────────────────► got past
///    ▲ ▲                              │ report: not written      ▲
///    │ └────────── next step ─────────┤                          │ skip
///    │ backoff over                   │ no further step   begun ─┘
///    └──────────────────── waiting ◄──┘
/// ```
///
/// One that is got past, or goes no further, is forgotten.
class disposal {
public:
  enum class state : std::uint8_t { begun, away, waiting };

  /// An operator's order has no further step, and counts for nothing.
  enum class reason : std::uint8_t { retries, rejected, ordered };

  /// `id`: of a partition's generation.
  disposal(std::uint64_t id, reason why) : id_(id), why_(why) {
  }

  /// Its dead letter is handed over.
  void hand_over() noexcept {
    transition_to(state::away);
  }
  /// The report has come.
  void come_back() noexcept {
    transition_to(state::begun);
  }
  /// The step cannot be done: the next one is to be taken.
  void next_step() noexcept {
    ++step_;
  }
  /// There is no next one: this one is taken again at `at`.
  void wait_until(time_point at) noexcept {
    retry_at_ = at;
    transition_to(state::waiting);
  }
  /// The wait is over.
  void take_again() noexcept {
    transition_to(state::begun);
  }
  /// An individual ack came while it was away: it counts if the report is bad.
  void note_ack() noexcept {
    is_acked_ = true;
  }

  bool is_away() const noexcept {
    return state_ == state::away;
  }
  /// While waiting.
  std::optional<time_point> retry_at() const noexcept {
    return state_ == state::waiting ? std::optional{retry_at_} : std::nullopt;
  }
  std::uint64_t id() const noexcept {
    return id_;
  }
  bool is_ordered() const noexcept {
    return why_ == reason::ordered;
  }
  /// Its retries are used up, which may be one of many.
  bool counts_as_flood() const noexcept {
    return why_ == reason::retries;
  }
  std::size_t step() const noexcept {
    return step_;
  }
  bool is_acked() const noexcept {
    return is_acked_;
  }
  /// A step has failed.
  void note_failure(std::string why) {
    failure_ = std::move(why);
  }
  /// Why one did last.
  const std::string& failure() const noexcept {
    return failure_;
  }
  /// How often the last step has failed, this time included.
  std::uint32_t count_try() noexcept {
    return ++tries_;
  }
  /// It has failed, and is tried again.
  bool is_stuck() const noexcept {
    return tries_ > 0;
  }
  state at() const noexcept {
    return state_;
  }

private:
  void transition_to(state x) noexcept {
    state_ = x;
  }

  std::uint64_t id_;
  reason why_;
  state state_ = state::begun;
  std::size_t step_ = 0;
  std::uint32_t tries_ = 0;
  std::string failure_;
  bool is_acked_ = false;
  time_point retry_at_; // while waiting
};

/// The records of one partition and generation that failed and are neither
/// handled nor got past: no ack passes them but one that names them after they
/// were delivered again.
class failed_records {
public:
  struct entry {
    std::uint32_t failures = 0;
    failure_cause cause; ///< of the last
    /// Delivered since the last failure.
    bool again = false;
    std::optional<disposal> way;

    /// An ack that names it counts at once.
    bool may_be_acked() const noexcept {
      return again && !way;
    }
  };

  bool empty() const noexcept {
    return entries_.empty();
  }
  /// Null: it is none of them.
  entry* find(offset_t x) noexcept;
  const entry* find(offset_t x) const noexcept;
  /// The record whose dead letter is away under this id.
  std::pair<const offset_t, entry>* find_letter(std::uint64_t id) noexcept;

  /// One more failed call was put down to the record. What was on its way past
  /// it stays.
  entry& failed(offset_t x, failure_cause cause);
  /// A call begins with the records of `x` that are not on their way past it.
  void delivered(offset_range x) noexcept;
  /// They are handled or got past.
  void erase(std::span<const offset_range> xs);
  /// Nothing counts as their failure any more.
  void forgive() noexcept;
  /// What is delivered begins again at the watermark: nobody waits for a
  /// report.
  void rewind() noexcept;

  /// The lowest; nothing: there is none.
  std::optional<offset_t> first() const noexcept;
  std::uint32_t failures(offset_t x) const noexcept;
  /// Of each of them in `x` that is not on its way, for who gets it again.
  std::vector<std::pair<offset_t, std::uint32_t>> counts(offset_range x) const;
  /// Those of `x` that have a way past the handler: they are not delivered.
  range_set on_their_way(offset_range x) const;
  bool is_on_its_way(offset_t x) const noexcept;
  /// Its dead letter is handed over, and has no report.
  bool is_away(offset_t x) const noexcept;
  /// Dead letters whose reports are to come.
  bool any_away() const noexcept;
  /// Those that a cumulative ack leaves: all but `named`, if that was delivered
  /// again.
  range_set not_acked_by(offset_t named) const;
  /// The one that failed most; null: there is none.
  const std::pair<const offset_t, entry>* worst() const noexcept;
  /// One whose last step was tried and failed; the same.
  const std::pair<const offset_t, entry>* stuck() const noexcept;
  /// When the next step is due to be tried again.
  std::optional<time_point> next_retry() const noexcept;
  /// A record whose step is due; nothing: there is none.
  std::optional<offset_t> due(time_point now) const noexcept;

  auto begin() const noexcept {
    return entries_.begin();
  }
  auto end() const noexcept {
    return entries_.end();
  }

private:
  std::map<offset_t, entry> entries_;
};

} // namespace cafka::core
