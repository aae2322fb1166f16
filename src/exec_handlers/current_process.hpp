#pragma once

#include "exec_handlers/exec_group.hpp"

#include <cafka/message_handler.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace cafka::exec_handlers {

/// The process that a handler uses now, if any, and what happens to it between
/// the calls. When the partition is given back it is told at once, by another
/// thread than the handler's: one of the handler's own by when it ends, one of
/// a pool by when its call does. When one of the handler's own is gone, what it
/// leaves is seen to.
class current_process : public std::enable_shared_from_this<current_process> {
public:
  current_process(const handler_context& context,
                  std::shared_ptr<exec_group> group);

  /// With each batch; hears of the revocation from the first one on.
  void listen(const message_batch& batch);
  /// Null: none.
  exec::process_ptr get() const;
  /// One of a pool has a call of this handler's from before until it is taken
  /// away again.
  void set(exec::process_ptr x);
  /// A process of the handler's own, in the place of the one before. Why it
  /// does not run; empty: it does.
  std::string start();
  /// The partition is being given back by then, or the worker has ended.
  std::optional<time_point> told() const;
  /// `x` is gone, with no call open, or none that it has begun. Where it failed
  /// the worker ends with it, with nobody to blame; where it kept records, so
  /// that its successor gets them first. True: the worker ends. `after_call`:
  /// see `worker_end`. Any thread.
  bool ends_worker(const exec::process& x, bool after_call);
  /// There is no process, as `cause` says: the worker ends with it, with nobody
  /// to blame. The answer of the call of `batch`.
  handler_answer give_up(const message_batch& batch, const std::string& cause);
  /// The handler is closed: ends the process, unless it was told by when it is
  /// to end, and blocks until it is gone.
  void close(close_reason why);

private:
  void tell(time_point deadline);
  void tell(exec::process& x, time_point deadline) const;
  std::optional<worker_end> end_after(const exec::process& x);
  void nack_all(const core::range_set& kept) const;

  const partition_identity identity_;
  const std::function<void(worker_end)> end_worker_;
  const std::shared_ptr<exec_group> group_;
  bool listens_ = false;     // the handler's
  mutable std::mutex mutex_; // guards what follows
  exec::process_ptr process_;
  std::optional<time_point> deadline_;
  bool is_over_ = false; // it was told when that had passed
  bool closed_ = false;
  std::optional<worker_end> end_; // of the worker, by this
  bool nacked_ = false; // what was kept when the partition was given back
};

} // namespace cafka::exec_handlers
