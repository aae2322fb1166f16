#include "actors/group_memory/group_memory.hpp"

#include "actors/partition_worker/handler_session.hpp"

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
  std::shared_ptr<actors::handler_session> former; // dies without the lock
  std::unique_lock guard{mutex_};
  auto& x = partitions_[tp];
  former = x.handler.lock();
  if (former)
    former->cancel();
  ++x.generation.value;
  return x.generation;
}

void group_memory::note_partitions(const std::string& topic,
                                   partition_t count) {
  std::unique_lock guard{mutex_};
  counts_.note(topic, count);
}

bool group_memory::has_counted(const std::string& topic) {
  std::unique_lock guard{mutex_};
  return counts_.knows(topic);
}

bool group_memory::is_new(const topic_partition& tp) {
  std::unique_lock guard{mutex_};
  return counts_.is_new(tp);
}

void group_memory::note_replaced(const topic_partition& tp, offset_t position) {
  std::unique_lock guard{mutex_};
  partitions_[tp].replaced_at = position;
}

offset_t group_memory::replaced_at(const topic_partition& tp) {
  std::unique_lock guard{mutex_};
  return partitions_[tp].replaced_at;
}

std::shared_ptr<actors::handler_session>
group_memory::enter(const topic_partition& tp,
                    const std::shared_ptr<actors::handler_session>& x) {
  std::unique_lock guard{mutex_};
  auto& handler = partitions_[tp].handler;
  auto former = handler.lock();
  if (former)
    former->cancel();
  handler = x;
  return former;
}

void group_memory::behind_acks(actors::job f) {
  std::function<void(actors::job)> pass;
  {
    std::unique_lock guard{mutex_};
    pass = pass_behind_acks_;
  }
  if (pass)
    pass(std::move(f));
  else
    f();
}

void group_memory::pass_behind_acks(std::function<void(actors::job)> f) {
  std::unique_lock guard{mutex_};
  pass_behind_acks_ = std::move(f);
}

void group_memory::on_threads_exhausted(exhausted_callback f) {
  std::unique_lock guard{listener_->mutex};
  listener_->tell = std::move(f);
}

} // namespace cafka
