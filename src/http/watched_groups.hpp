#pragma once

#include "http/snapshot.hpp"

#include <caf/error.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace cafka::http {

/// What the listeners of the groups write down, and requests read. Thread safe.
class watched_groups {
public:
  using clock = std::chrono::steady_clock;

  /// Tells one life of a group from the others of its name.
  struct key {
    std::string name;
    std::uint64_t life = 0;
  };

  /// A group of this name begins; one that ended before is forgotten, but for
  /// what was counted. What still comes of it is dropped.
  key begin(const std::string& name);
  void add(const key& of, event x);
  /// An answer to the question of this serial number.
  void answered(const key& of, group_status x, std::uint64_t serial);
  void ended(const key& of, const caf::error& why);

  snapshot look() const;
  /// Waits until all that run have answered the question, or until `limit`.
  void await(std::uint64_t serial, std::chrono::milliseconds limit);

private:
  struct entry {
    seen_group seen;
    std::uint64_t life = 0;
    std::uint64_t answered = 0;  // serial number
    clock::time_point heard{};   // of its manager, or when it began
    clock::time_point sampled{}; // into the courses; zero: never
  };

  static void sample(entry& to, clock::time_point now);
  entry* find(const key& of);

  mutable std::mutex mutex_; // guards everything below
  std::condition_variable changed_;
  std::map<std::string, entry> groups_;
  std::deque<seen_event> events_;
};

} // namespace cafka::http
