#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

namespace cafka::app {

/// Lines for people, from threads that must not wait until they are written: a
/// terminal may be paused. Any thread.
class note_queue {
public:
  /// Some seconds of a group in trouble, and far less memory than its windows.
  static constexpr std::size_t lines_max = 1'000;

  /// Where there are `lines_max` already the line is dropped, and counted.
  void add(std::string line);
  /// The oldest line. Behind the last of a full queue comes one that tells how
  /// many were dropped.
  std::optional<std::string> next();

private:
  std::mutex mutex_;
  std::deque<std::string> lines_;
  std::size_t dropped_ = 0; // since the last line
};

} // namespace cafka::app
