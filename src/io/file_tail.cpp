#include "io/file_tail.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cafka::io {

namespace {

/// Of a regular file.
std::optional<off_t> size_of(int fd) {
  struct stat found {};
  if (fstat(fd, &found) != 0 || !S_ISREG(found.st_mode))
    return std::nullopt;
  return found.st_size;
}

/// Nothing: it cannot be read.
std::optional<std::string> read_at(int fd, off_t at, std::size_t size) {
  // Standard output is open for writing alone: Linux opens its file once more.
  auto path = fmt::format("/proc/self/fd/{}", fd);
  auto in = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (in == -1)
    return std::nullopt;
  std::string result(size, '\0');
  auto n = pread(in, result.data(), size, at);
  close(in);
  if (n != static_cast<ssize_t>(size))
    return std::nullopt;
  return result;
}

} // namespace

bool is_within_line(int fd) {
  auto size = size_of(fd);
  if (!size)
    return false;
  auto appends = (fcntl(fd, F_GETFL) & O_APPEND) != 0;
  auto at = appends ? *size : lseek(fd, 0, SEEK_CUR);
  if (at <= 0)
    return false;
  return read_at(fd, at - 1, 1) != "\n";
}

bool cut_back(int fd, std::string_view tail) {
  auto size = size_of(fd);
  auto length = static_cast<off_t>(tail.size());
  // Our own last write left the position behind it.
  if (!size || *size < length || lseek(fd, 0, SEEK_CUR) != *size
      || read_at(fd, *size - length, tail.size()) != tail)
    return false;
  auto begin = *size - length;
  return ftruncate(fd, begin) == 0 && lseek(fd, begin, SEEK_SET) == begin;
}

} // namespace cafka::io
