#pragma once

#include "exec_handlers/current_process.hpp"

#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace cafka::exec_handlers {

/// A fixed number of processes for all partitions of a group, one batch at a
/// time each; who waits longest gets the next that is free. They start when
/// they are needed, and end when no handler is left, or each of them was told
/// that its partition is given back: those without a call at once. Any thread.
class exec_pool {
public:
  explicit exec_pool(std::shared_ptr<exec_group> group);

  /// `x` is a handler's, until `leave`.
  void enter(const current_process& x);
  void leave(const current_process& x);
  /// A partition is being given back: its handler waits no longer.
  void look_again();
  /// Blocks until a process is free and has answered. `current` is the
  /// caller's.
  handler_answer call(const message_batch& batch, current_process& current);

private:
  /// A place for a process.
  struct slot {
    exec::process_ptr process;
    bool is_closed = false; // told to end, as nobody needed it
  };

  /// Null: the partition is given back.
  slot* take(const message_batch& batch);
  void give_back(slot* x);
  handler_answer call(slot& x, const message_batch& batch,
                      current_process& current);
  std::string start(slot& x);
  bool clear(slot& x);
  bool may_replace(const slot& x);
  std::optional<time_point> all_told() const;
  void close_free();

  std::shared_ptr<exec_group> group_;
  std::vector<slot> slots_; // each only its taker's, or free
  std::mutex mutex_;        // guards what follows, and what is free
  std::condition_variable changed_;
  std::vector<slot*> free_;
  std::list<const message_batch*> waiting_; // the first is next
  std::set<const current_process*> handlers_;
  exec::exit_budget exits_;
};

} // namespace cafka::exec_handlers
