#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

namespace cafka::io {

/// A file descriptor that whole lines go to, standard output usually. Any
/// thread.
///
/// A regular file keeps no torn line where that can be had: a write that fails
/// is cut back to the begin of the line that it tore, unless others have
/// written behind it, and the first write begins with a newline where somebody
/// left the file without one.
class record_output {
public:
  explicit record_output(int fd) : fd_(fd) {
  }

  /// Writes all of these lines, at once as far as other writers are concerned;
  /// waits for a reader that is slow. Empty: done, else why not; the first ones
  /// may have been written then.
  std::string write(std::string_view lines);

  /// Nobody reads any more: every further write fails.
  bool closed() const noexcept {
    return closed_;
  }

private:
  std::string write_all(std::string_view lines);
  std::string write_some(std::string_view lines, std::size_t& written);

  int fd_;
  std::mutex mutex_;
  bool begun_ = false;
  bool torn_ = false; // what is in front of the next write ends within a line
  std::atomic<bool> closed_ = false;
};

} // namespace cafka::io
