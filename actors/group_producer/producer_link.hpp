#pragma once

#include "actors/interfaces.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>

namespace cafka::actors {

/// The group's producer as its owner has it: spawned at its first use, and anew
/// when it died. What had no report then counts as not written, and a report
/// that comes later is void. No actor; a part of the owner's state.
class producer_link {
public:
  /// Spawns a producer and sees to it that `on_down` is called with
  /// `incarnation` when it has ended.
  using starter
    = std::function<group_producer_actor(std::uint64_t incarnation)>;
  using listener = std::function<void(const write_report&)>;

  /// `tell`: of what was not written because the producer died.
  producer_link(starter start, listener tell);

  /// Sends it, with a token of its own. Its report has `id`.
  void write(write_dead_letter x, std::uint64_t id);
  void write(write_outputs x, std::uint64_t id);
  void check(check_letter_topics x);

  /// The same with its id; nothing: the report is void.
  std::optional<write_report> accept(write_report x);
  /// False: nobody asked, or it was answered.
  bool accept(const letter_topics_checked& x);
  /// The producer of that incarnation has ended.
  void on_down(std::uint64_t incarnation, const kafka::error& why);
  /// False: there is none.
  bool ping() const;
  /// Nothing is written any more. False: there is no producer to wait for.
  bool close(std::chrono::milliseconds limit);
  /// The reports that are owed.
  std::size_t open() const noexcept {
    return open_.size();
  }

private:
  const group_producer_actor& producer();
  std::uint64_t note(std::uint64_t id, write_report x);

  starter start_;
  listener tell_;
  std::uint64_t incarnation_ = 0;
  std::uint64_t last_token_ = 0;
  std::optional<group_producer_actor> producer_;
  std::map<std::uint64_t, write_report> open_; // as they would be told
  std::optional<check_letter_topics>
    check_; // asked again of the next incarnation
};

} // namespace cafka::actors
