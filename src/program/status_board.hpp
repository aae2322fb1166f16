#pragma once

#include <cafka/group_actor.hpp>
#include <cafka/status.hpp>

#include <caf/fwd.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace cafka::app {

/// How all groups of a process were at one moment.
struct status_answer {
  std::vector<group_status> groups; ///< in the order in which they were added
  /// The names of those that did not answer in time, or have ended.
  std::vector<std::string> silent;
};

/// Asks the groups of a process how they are, and waits for nobody. For one
/// thread, which looks at it again and again.
class status_board {
public:
  /// A group answers in milliseconds; one that takes so long is stuck.
  static constexpr auto patience = std::chrono::seconds{30};

  /// Asks one group; calls what it is given once, on any thread, with nothing
  /// where there was no answer.
  using question
    = std::function<void(std::function<void(std::optional<group_status>)>)>;

  void add(std::string name, question ask);
  /// A group of `system`, which outlives this.
  void add(caf::actor_system& system, std::string name,
           const group_actor& group);
  /// Asks all of them, unless the answers are on their way already.
  void ask();
  /// The answer to the last question, once, when all have answered.
  std::optional<status_answer> take();

private:
  struct entry {
    std::string name;
    question ask;
  };
  /// Of one round.
  struct answers {
    std::mutex mutex;
    std::vector<std::optional<group_status>> of;
    std::size_t missing = 0;
  };

  std::vector<entry> groups_;
  std::shared_ptr<answers> open_; // null: nothing is asked for
};

} // namespace cafka::app
