#pragma once

#include "kafka/closable_callback.hpp"
#include "kafka/consumer.hpp"

#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>

namespace cafka::kafka {

/// The lines of librdkafka's log, from the threads that write them to the owner
/// of the client. At most `lines_max` wait; what exceeds them is dropped,
/// counted and told, but for what tells of the membership. Not librdkafka's own
/// log queue: that sorts each line into those that wait, so that 5,000
/// partitions that are given back take seconds.
class client_log {
public:
  /// Some seconds of a debug log of everything, in some MB.
  static constexpr std::size_t lines_max = 10'000;

  /// The debug log is on for `membership` alone, unless the user wants it.
  explicit client_log(bool wants_debug) : wants_debug_(wants_debug) {
  }

  /// `wake` is called with the first of the lines that wait, under librdkafka's
  /// locks; it must only post.
  void on_line(std::function<void()> wake);

  /// Any thread; librdkafka's locks may be held. Drops what nobody asked for.
  void add(int level, const char* facility, const char* text);

  /// The oldest line, as `membership` where it tells of that. Its text may hold
  /// secrets.
  std::optional<client_event> take();

  /// Drops what waits and what comes; `wake` is not called any more.
  void close();

  /// The group has answered that it let the member go, or that it knows none.
  /// Goes on after `close`. Any thread.
  bool was_let_go() const noexcept {
    return let_go_;
  }

private:
  const bool wants_debug_;
  std::atomic<bool> let_go_ = false;
  closable_callback on_event_;
  std::mutex mutex_; // guards what follows
  std::deque<client_event> lines_;
  std::size_t dropped_ = 0; // since the last line was taken
  bool closed_ = false;
};

} // namespace cafka::kafka
