#pragma once

#include <cafka/events.hpp>
#include <cafka/types.hpp>

#include <cstdint>
#include <mutex>
#include <set>
#include <string>

namespace cafka::demo {

/// What the group's events say of the group as a whole, at one moment.
struct watched_facts {
  std::size_t assigned = 0; ///< partitions held now
  std::uint64_t worker_failures = 0;
  std::uint64_t worker_restarts = 0;
  std::uint64_t group_restarts = 0;
  std::uint64_t events = 0; ///< of assignments and restarts: rises with each
  std::string last_error;   ///< of the client, or of a commit
  std::string gave_up; ///< why the group ended by itself; empty: it did not
};

/// Listens to the group's events. Any thread.
class group_watch {
public:
  void on_event(const event& x);
  watched_facts facts() const;

private:
  void change(const event& x);

  mutable std::mutex mutex_;
  std::set<partition_t> assigned_;
  watched_facts facts_;
};

} // namespace cafka::demo
