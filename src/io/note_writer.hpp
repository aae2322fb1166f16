#pragma once

#include <cafka/types.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace cafka::io {

/// Lines for people on a descriptor, standard error usually, written on a
/// thread of its own: nobody waits for a terminal that is paused or for a pipe
/// that nobody reads. Any thread.
///
/// A line for which the reader makes no room within `limit` is dropped; so is
/// the oldest one where `lines_max` wait. In front of the next one that is
/// written stands how many were.
class note_writer {
public:
  /// Some seconds of a group in trouble, and far less memory than its windows.
  static constexpr std::size_t lines_max = 1'000;

  /// A line that tells how many were dropped, without its newline.
  using dropped_line = std::function<std::string(std::size_t count)>;

  explicit note_writer(int fd, duration limit = std::chrono::seconds{1});
  /// Waits for nothing, see `flush`; the thread ends behind what it has.
  ~note_writer();
  note_writer(const note_writer&) = delete;
  note_writer& operator=(const note_writer&) = delete;

  /// Whole lines; or what a terminal shows in between, without a newline. Does
  /// not wait, but where no thread could be made for it.
  void add(std::string text);
  /// The line that stands in front of the next one that is written, where there
  /// were some; called on the writer's thread. A sentence unless this is set.
  void on_dropped(dropped_line x);
  /// Waits until all that was added is written or dropped, `most` at most.
  /// True: nothing is left.
  bool flush(std::chrono::milliseconds most);

private:
  struct state;

  std::shared_ptr<state> state_; // its thread's, too
};

} // namespace cafka::io
