#pragma once

#include "kafka/handles.hpp"

#include <functional>
#include <mutex>
#include <utility>

namespace cafka::kafka {

/// Between librdkafka's callbacks and a function that may go away at any time.
/// librdkafka calls under the queue's lock, so nobody may call into librdkafka
/// while holding its lock, and the function may only post.
class closable_callback {
public:
  /// After it returns the former function is never called again.
  void set(std::function<void()> wake) {
    {
      std::lock_guard guard{mutex_};
      wake_.swap(wake);
    }
    // The former one ends outside the lock: it may hold the last reference to
    // something whose end comes back here.
  }

  void call() {
    std::lock_guard guard{mutex_};
    if (wake_)
      wake_();
  }

  /// Calls when `queue` turns non-empty, which is the only edge librdkafka
  /// reports: whoever enables it on a queue that may hold something already
  /// calls once by hand. To be disabled before the queue's handle is destroyed,
  /// which does not end the callback.
  void enable(rd_kafka_queue_t* queue) {
    rd_kafka_queue_cb_event_enable(queue, on_event, this);
  }

  /// Waits for a running call; none comes after it.
  static void disable(rd_kafka_queue_t* queue) {
    rd_kafka_queue_cb_event_enable(queue, nullptr, nullptr);
  }

private:
  static void on_event(rd_kafka_t*, void* self) {
    static_cast<closable_callback*>(self)->call();
  }

  std::mutex mutex_;
  std::function<void()> wake_;
};

} // namespace cafka::kafka
