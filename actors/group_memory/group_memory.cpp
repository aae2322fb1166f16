#include "actors/group_memory/group_memory.hpp"

#include <utility>

namespace cafka {

group_memory::group_memory(
  const std::function<std::unique_ptr<actors::executor>(exhausted_callback)>&
    make_executor)
  : lanes_(make_executor([l = listener_](std::size_t threads) {
      std::unique_lock guard{l->mutex};
      if (l->tell)
        l->tell(threads);
    })) {
}

generation group_memory::raise(const topic_partition& tp) {
  std::unique_lock guard{mutex_};
  auto& x = generations_[tp];
  ++x.value;
  return x;
}

void group_memory::on_threads_exhausted(exhausted_callback f) {
  std::unique_lock guard{listener_->mutex};
  listener_->tell = std::move(f);
}

} // namespace cafka
