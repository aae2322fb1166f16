#pragma once

#include "app/exit_code.hpp"

#include <cafka/group.hpp>

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

/// What the end of a group that was told to stop means for the program's.
exit_code code_of_end(const caf::error& why);

/// A line for people.
std::string describe_end(const std::string& name, const caf::error& why);

} // namespace cafka
