#pragma once

#include "core/log_line.hpp"

#include <cafka/group_actor.hpp>

#include <caf/error.hpp>

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace cafka {

/// Tells which of the watched groups have ended, and why.
class group_ends {
public:
  using reasons = std::map<std::string, caf::error>;

  void watch(const std::string& name, const group_actor& group);
  /// Of all that have ended; waits up to `limit` until there are `count`.
  reasons wait(std::size_t count, std::chrono::milliseconds limit);

private:
  struct shared {
    std::mutex mutex;
    std::condition_variable changed;
    reasons ended;
  };

  std::shared_ptr<shared> shared_ = std::make_shared<shared>();
};

/// A program's exit code for a group that ended so: 0 after a stop in order, 5
/// where handler calls ran on after it, 4 where it ended by itself.
int end_code(const caf::error& why);

/// `event=ended`, of a group that did not end in order. `name` is the one for
/// `find`, `group` the consumer group.
core::log_line end_line(const std::string& name, const std::string& group,
                        const caf::error& why);

} // namespace cafka
