#include "actors/partition_registry/partition_registry.hpp"

#include "actors/partition_registry/handler_session.hpp"
#include "actors/partition_registry/manager_buffer.hpp"

#include <utility>

namespace cafka {

partition_registry::partition_registry(
  const std::function<std::unique_ptr<executor::abstract_executor>(
    exhausted_callback)>& make_executor,
  duration doze)
  : buffer_(std::make_shared<actors::manager_buffer>(doze)),
    strands_(make_executor([l = listener_](std::size_t threads) {
      std::unique_lock guard{l->mutex};
      if (l->on_exhausted)
        l->on_exhausted(threads);
    })) {
}

generation partition_registry::raise(const topic_partition& tp) {
  std::shared_ptr<actors::handler_session> former; // dies without the lock
  std::unique_lock guard{mutex_};
  auto& x = partitions_[tp];
  former = x.handler.lock();
  if (former)
    former->cancel();
  ++x.generation.value;
  return x.generation;
}

void partition_registry::note_partitions(const std::string& topic,
                                         partition_t count) {
  std::unique_lock guard{mutex_};
  counts_.note(topic, count);
}

bool partition_registry::has_counted(const std::string& topic) {
  std::unique_lock guard{mutex_};
  return counts_.knows(topic);
}

bool partition_registry::is_new(const topic_partition& tp) {
  std::unique_lock guard{mutex_};
  return counts_.is_new(tp);
}

void partition_registry::note_replaced(const topic_partition& tp,
                                       offset_t position) {
  std::unique_lock guard{mutex_};
  partitions_[tp].replaced_at = position;
}

offset_t partition_registry::replaced_at(const topic_partition& tp) {
  std::unique_lock guard{mutex_};
  return partitions_[tp].replaced_at;
}

void partition_registry::note_row(const topic_partition& tp,
                                  const core::failure_row& x) {
  std::unique_lock guard{mutex_};
  partitions_[tp].row = x;
}

core::failure_row partition_registry::row(const topic_partition& tp) {
  std::unique_lock guard{mutex_};
  return partitions_[tp].row;
}

void partition_registry::end_rows_but(
  const std::function<bool(const topic_partition&)>& is_held) {
  std::unique_lock guard{mutex_};
  for (auto& [tp, x] : partitions_)
    if (!is_held(tp))
      x.row = {};
}

void partition_registry::note_letter_topics() {
  std::unique_lock guard{mutex_};
  knows_letter_topics_ = true;
}

bool partition_registry::knows_letter_topics() {
  std::unique_lock guard{mutex_};
  return knows_letter_topics_;
}

void partition_registry::pause(const topic_partition& of,
                               core::pause_table::pause x) {
  std::unique_lock guard{mutex_};
  pauses_.add(of, std::move(x));
}

bool partition_registry::resume(const topic_partition& of) {
  std::unique_lock guard{mutex_};
  return pauses_.remove(of);
}

core::pause_table partition_registry::pauses() {
  std::unique_lock guard{mutex_};
  return pauses_;
}

std::shared_ptr<actors::handler_session>
partition_registry::enter(const topic_partition& tp,
                          const std::shared_ptr<actors::handler_session>& x) {
  std::unique_lock guard{mutex_};
  auto& handler = partitions_[tp].handler;
  auto former = handler.lock();
  if (former)
    former->cancel();
  handler = x;
  return former;
}

void partition_registry::on_threads_exhausted(exhausted_callback f) {
  std::unique_lock guard{listener_->mutex};
  listener_->on_exhausted = std::move(f);
}

} // namespace cafka
