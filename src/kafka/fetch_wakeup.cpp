#include "kafka/fetch_wakeup.hpp"

#include "kafka/questions.hpp"

#include <chrono>
#include <exception>

namespace cafka::kafka {

namespace {

// It is sent before its answer is waited for.
constexpr auto answer_timeout = std::chrono::milliseconds{1};

} // namespace

fetch_wakeup::fetch_wakeup(rd_kafka_t* client, question_thread& thread)
  : client_(client), thread_(thread) {
}

void fetch_wakeup::wake(const topic_partition& tp) noexcept {
  try {
    std::lock_guard guard{mutex_};
    if (!waiting_.insert(tp).second)
      return;
    thread_.ask([this, tp] {
      ask(tp);
      return std::nullopt;
    });
  } catch (const std::exception&) {
    // Without memory the partition waits for librdkafka's own look.
  }
}

void fetch_wakeup::ask(const topic_partition& tp) {
  {
    std::lock_guard guard{mutex_};
    waiting_.erase(tp);
  }
  ask_ends(client_, {tp}, std::chrono::steady_clock::now() + answer_timeout);
}

} // namespace cafka::kafka
