#pragma once

#include "core/thread_factory.hpp"
#include "kafka/consumer.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace cafka::kafka {

/// Calls what librdkafka has only blocking calls for, one after the other, on a
/// thread of its own. Nothing here waits for that thread but `end`: a call that
/// never returns costs the thread and what the call holds.
class question_thread {
public:
  /// Makes the call; what it gives is the client's next event, if anything.
  using question = std::function<std::optional<client_event>()>;

  /// `done` is called on that thread, after each event.
  explicit question_thread(std::function<void()> done,
                           core::thread_factory make_thread
                           = core::make_thread);
  /// As `end`.
  ~question_thread();
  question_thread(const question_thread&) = delete;
  question_thread& operator=(const question_thread&) = delete;

  /// Makes the thread unless there is one; throws as the factory does.
  void begin();

  /// Begins the thread if need be. Nothing is asked that comes behind `finish`
  /// or `end`.
  void ask(question x);

  /// The next answer, once.
  std::optional<client_event> take();

  /// Drops what is not asked yet, and calls `last` on the thread, which must
  /// have begun, as the last thing that it does. Does not wait; `last` may
  /// destroy this.
  void finish(std::function<void()> last);

  /// Drops what is not asked yet, and waits for the call that runs.
  void end();

  /// Drops what is not asked yet. Whether a call runs.
  bool stop();

private:
  struct shared_state;
  static void run(const std::shared_ptr<shared_state>& state);

  std::shared_ptr<shared_state> state_; // the thread's, too
  core::thread_factory make_thread_;
};

} // namespace cafka::kafka
