#pragma once

#include "exec_handlers/current_process.hpp"

#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

namespace cafka::exec_handlers {

/// A fixed number of processes for all partitions of a group, one batch at a
/// time each; who waits longest gets the next that is free. They start when
/// they are needed, and end when no handler is left. Any thread.
class exec_pool {
public:
  explicit exec_pool(std::shared_ptr<exec_group> group);

  /// A handler is there, until `leave`.
  void enter();
  void leave();
  /// A partition is being given back: its handler waits no longer.
  void look_again();
  /// Blocks until a process is free and has answered. `current` is the
  /// caller's.
  handler_answer call(const message_batch& batch, current_process& current);

private:
  /// Null: the partition is given back.
  exec::process_ptr* take(const message_batch& batch);
  void give_back(exec::process_ptr* x);
  handler_answer call(exec::process_ptr& slot, const message_batch& batch,
                      current_process& current);
  std::string start(exec::process_ptr& slot);
  bool may_replace(const exec::process& x);

  std::shared_ptr<exec_group> group_;
  std::vector<exec::process_ptr> slots_; // each only its taker's
  std::mutex mutex_;                     // guards what follows
  std::condition_variable changed_;
  std::vector<exec::process_ptr*> free_;
  std::list<const message_batch*> waiting_; // the first is next
  std::size_t handlers_ = 0;
  exec::exit_budget exits_;
};

} // namespace cafka::exec_handlers
