#pragma once

#include "app/record_output.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

namespace cafka::app {

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
  /// Waits until all is written or writing has failed: where the reader may be
  /// stuck the process has to end without it, see `await_all`.
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
  void run();

  record_output out_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string waiting_; // not yet taken by the thread
  ticket added_ = 0;
  ticket written_ = 0;
  std::string failure_;
  bool ends_ = false;
  std::thread thread_;
};

} // namespace cafka::app
