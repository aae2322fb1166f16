#pragma once

#include "kafka/consumer.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace cafka::kafka {

/// Asks the brokers what librdkafka has only blocking calls for, one question
/// after the other, on a thread that must end before the client does.
class question_thread {
public:
  /// Makes the call; what it gives is the client's next event, if anything. It
  /// must end in a few seconds, for the end of the client waits for it.
  using question = std::function<std::optional<consumer_event>()>;

  /// `done` is called on that thread, after each event.
  explicit question_thread(std::function<void()> done);
  ~question_thread();
  question_thread(const question_thread&) = delete;
  question_thread& operator=(const question_thread&) = delete;

  /// The thread begins with the first.
  void ask(question x);

  /// The next answer, once.
  std::optional<consumer_event> take();

  /// Drops what is not asked yet, and waits for the call that runs.
  void end();

private:
  void run();

  std::function<void()> done_;
  std::thread thread_;
  std::mutex mutex_; // guards what follows
  std::condition_variable changed_;
  std::deque<question> questions_;
  std::deque<consumer_event> answers_;
  bool ending_ = false;
};

} // namespace cafka::kafka
