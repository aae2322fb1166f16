#pragma once

#include "io/record_output.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

namespace cafka::io {

/// Writes lines of many threads to a file descriptor in the order in which they
/// were added, on a thread of its own: only who wants to waits for the reader.
/// Any thread.
///
/// Nothing is dropped. What waits is bounded by those who add: one that adds in
/// proportion to what it reads must `await` it.
class line_writer {
public:
  /// Counts what was added.
  using ticket = std::uint64_t;

  explicit line_writer(int fd);
  /// Waits for nothing, see `await_all`: its thread ends behind what it has, or
  /// with the process where a reader is stuck.
  ~line_writer();
  line_writer(const line_writer&) = delete;
  line_writer& operator=(const line_writer&) = delete;

  /// Whole lines, behind all that were added before. Does not wait.
  ticket add(const std::string& lines);
  /// True: written, with all before it. False: they never will be, see
  /// `failure`.
  bool await(ticket x);
  /// True: all that was added so far was written within `limit`.
  bool await_all(std::chrono::milliseconds limit);
  /// Why nothing is written any more; empty: nothing has failed.
  std::string failure() const;

private:
  struct state {
    explicit state(int fd) : out(fd) {
    }
    void run();

    record_output out;
    std::mutex mutex;
    std::condition_variable changed;
    std::string waiting; // not yet taken by the thread
    ticket added = 0;
    ticket written = 0;
    std::string failure;
    bool ends = false;
  };

  std::shared_ptr<state> state_; // its thread's, too
};

} // namespace cafka::io
