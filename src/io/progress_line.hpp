#pragma once

#include <cafka/types.hpp>

#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace cafka::io {

/// The progress of a long run on one stream: on a terminal one line that is
/// written over again and again, elsewhere a line each `interval`; and notes
/// between them. Any thread.
class progress_line {
public:
  /// Takes text for the stream, in pieces that belong together; does not wait.
  using sink = std::function<void(std::string)>;

  /// `fd` is the stream that `to` writes.
  progress_line(int fd, sink to, duration interval, time_point start);

  /// It is time for the next `show`.
  bool due(time_point now) const;
  void show(time_point now, std::string_view text);
  /// A line that stays.
  void note(std::string_view text);
  /// Makes room for other output.
  void end();

private:
  const sink to_;
  const bool terminal_;
  const duration interval_;
  mutable std::mutex mutex_;
  bool dirty_ = false; // the terminal's line is not ended
  time_point last_;
};

} // namespace cafka::io
