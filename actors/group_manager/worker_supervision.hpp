#pragma once

#include "actors/interfaces.hpp"
#include "core/partition_effects.hpp"

#include <cafka/errc.hpp>
#include <cafka/types.hpp>

#include <functional>
#include <memory>
#include <string>

namespace cafka::actors {

class delivery_loop;
class manager_context;
struct held_partition;
struct group_manager_parts;

/// One worker per held partition, one-for-one: here one begins, works on, dies,
/// and has a successor, from the last acked offset, after a backoff. What is
/// next is decided by the partition's `core::partition`.
class worker_supervision {
public:
  using worker_factory
    = std::function<worker_actor(std::shared_ptr<delivery_loop>)>;

  /// `make_worker`: for tests; empty spawns a partition_worker.
  worker_supervision(group_manager_parts& parts, worker_factory make_worker);

  // -- begin

  void spawn(const topic_partition& tp, held_partition& x);
  /// Its worker waits for what comes next, behind the records up to `after`.
  void deliver(held_partition& x, offset_t after);
  /// The same of one that may wait.
  void deliver_if_waiting(held_partition& x);

  // -- death

  /// Its strand's last report.
  void on_failed(held_partition& x, const incarnation_failed& last);
  void on_drained(const topic_partition& tp, held_partition& x);
  /// A call failed that had ended, or a record that was kept, while the worker
  /// may read. It ends, and what its strand said until then counts first, but
  /// for the answers of its calls where they are void.
  void fail_with(held_partition& x, core::failed_call call,
                 bool is_void = false);
  /// It ends in the same way, nothing has failed, and the next one begins at
  /// once. `x` has a running one.
  void begin_again(held_partition& x);
  /// Nothing that its strand says counts any more.
  void end(held_partition& x);
  /// The manager ends. Calls that run are left to their threads.
  void kill_all();

  // -- what is next; `x` may be gone after `give_up`

  void begin_backoff(const topic_partition& tp, const held_partition& x,
                     duration delay);
  void on_backoff_elapsed(const backoff_elapsed& x);
  /// It stands still from now on, or the group ends with it.
  void give_up(const topic_partition& tp, const held_partition& x,
               bool with_group, errc code, const std::string& text);
  /// Moves the client to where the partition is to go on, if anywhere.
  void move(const topic_partition& tp, held_partition& x);
  void on_seek_done(const seek_done& x);

private:
  std::shared_ptr<delivery_loop> make_loop(const topic_partition& tp,
                                           const held_partition& x,
                                           core::delivery_step first);
  void go_on(held_partition& x, core::delivery_step step);
  void end_with(held_partition& x, incarnation_failed last, bool is_void);
  void on_down(const worker_id& id, const caf::error& cause);
  held_partition* held_by(const worker_id& id);
  void fail(const topic_partition& tp, held_partition& x, errc code,
            const std::string& text);
  void restart(const topic_partition& tp, held_partition& x);

  group_manager_parts& parts_;
  manager_context& context_;
  worker_factory make_worker_;
};

} // namespace cafka::actors
