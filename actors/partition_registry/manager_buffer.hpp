#pragma once

#include "actors/messages.hpp"

#include <cafka/types.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace cafka::actors {

/// Acks of one kind, partition and generation that came one by one, in their
/// order: as many as there are offsets, or one of several offsets.
struct ack_series {
  topic_partition tp;
  cafka::generation generation;
  bool cumulative = true;
  std::size_t acks = 0;
  std::vector<offset_t> offsets;
};

/// All that goes to the manager of the moment: explicit acks and nacks, put
/// here by the thread that sends them, and reports of the partitions' strands.
/// Each partition's are in the order in which they came, so that no ack
/// overtakes the report of the records that it is for. It outlives managers.
/// Thread safe.
///
/// ```
///              something came, `wake` is called
///   asleep ──────────────────────────────────────► awake
///     ▲ ▲                                          ▲ │ │
///     │ └────────────── taken ─────────────────────┼─┘ │
///     │                                            │   │ taken, and reports
///     │ `doze` is over, nothing came               │   │ keep coming
///     └──────────────────────────────── dozing ◄───┼───┘
///                                          │       │
///                                          └───────┘ what cannot wait came
///   any ── another reader ──► asleep
/// ```
class manager_buffer {
public:
  using item = std::variant<ack_series, nack, delivery_report>;

  /// `doze`: so long reports that nobody waits for may lie here while they keep
  /// coming, so that not each of them wakes the reader; zero: each does.
  explicit manager_buffer(duration doze = duration::zero()) : doze_(doze) {
  }

  // -- for whom it is read by

  /// From now on `wake` is called, without a lock, when something comes and
  /// nobody is awake; at once if something waits. Replaces the former reader.
  void read_by(std::function<void()> wake);

  /// The items that wait there.
  struct contents {
    std::size_t acks = 0;
    bool is_urgent = false; ///< a strand waits, or has ended an incarnation
  };
  contents look() const;

  /// Empties it into `to`, which must be empty.
  void take(std::vector<item>& to);
  /// As above, by a reader that was woken, and now goes to sleep again.
  void take_and_sleep(std::vector<item>& to);
  /// As above, but where reports keep coming it dozes: it is woken for what
  /// cannot wait alone, and has to come again by itself after so long. Nothing:
  /// it sleeps.
  std::optional<duration> take_and_doze(std::vector<item>& to, time_point now);

  // -- for any thread
  void put(const ack& x);
  void put(const ack_individual& x);
  void put(const nack& x);
  /// `is_waited_for`: although its kind is not.
  void put(delivery_report x, bool is_waited_for = false);

private:
  using wake_function = std::shared_ptr<const std::function<void()>>;

  template <class Ack>
  void put(const Ack& x, bool cumulative, std::span<const offset_t> offsets);
  ack_series* alike(const std::string& topic, partition_t partition,
                    generation g, bool cumulative);
  void put_report(item x, bool is_urgent);
  wake_function to_wake(bool can_wait = false);

  enum class reader { asleep, dozing, awake };
  void transition_to(reader x) noexcept;

  const duration doze_;
  mutable std::mutex mutex_; // guards everything below
  std::vector<item> items_;
  contents contents_;
  wake_function wake_;
  reader reader_ = reader::asleep;
  time_point slept_at_{}; // when it went to sleep last
};

} // namespace cafka::actors
