#pragma once

#include "actors/group_memory/handler_lanes.hpp"

#include <cafka/types.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace cafka {

/// What outlives the manager and the coordinator of a group: the generations of
/// its partitions and the table of running handler calls. Thread safe.
class group_memory {
public:
  using exhausted_callback = std::function<void(std::size_t threads)>;

  /// `make_executor` is given what to call when all threads are busy.
  explicit group_memory(
    const std::function<std::unique_ptr<actors::executor>(exhausted_callback)>&
      make_executor);

  /// The next generation of the partition; no two calls give the same.
  generation raise(const topic_partition& tp);

  actors::handler_lanes& lanes() noexcept {
    return lanes_;
  }

  /// Who hears that handler threads are exhausted; replaces the former one.
  void on_threads_exhausted(exhausted_callback f);

private:
  struct listener {
    std::mutex mutex;
    exhausted_callback tell;
  };

  std::mutex mutex_;
  std::unordered_map<topic_partition, generation> generations_;
  std::shared_ptr<listener> listener_ = std::make_shared<listener>();
  actors::handler_lanes lanes_;
};

} // namespace cafka
