#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <string_view>

namespace cafka::app {

/// A file descriptor that whole lines go to, standard output usually. Any
/// thread.
class record_output {
public:
  explicit record_output(int fd) : fd_(fd) {
  }

  /// Writes all of these lines, at once as far as other writers are concerned;
  /// waits for a reader that is slow. Empty: done, else why not; a part of them
  /// may have been written then.
  std::string write(std::string_view lines);

  /// Nobody reads any more: every further write fails.
  bool closed() const noexcept {
    return closed_;
  }

private:
  std::string write_all(std::string_view rest);

  int fd_;
  std::mutex mutex_;
  bool torn_ = false; // what was written last ends within a line
  std::atomic<bool> closed_ = false;
};

} // namespace cafka::app
