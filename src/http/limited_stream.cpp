#include "http/limited_stream.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <poll.h>
#include <sys/socket.h>

namespace cafka::http {

limited_stream::limited_stream(socket_t socket, int stop,
                               std::chrono::milliseconds read_limit,
                               std::size_t bytes_max,
                               std::chrono::milliseconds write_limit)
  : socket_(socket),
    stop_(stop),
    read_until_(clock::now() + read_limit),
    bytes_left_(bytes_max),
    write_limit_(write_limit) {
}

/// False: out of time, or the server stops.
bool limited_stream::await(short what, clock::time_point until) const {
  for (;;) {
    auto left = std::chrono::ceil<std::chrono::milliseconds>(
      std::max(until - clock::now(), clock::duration{}));
    std::array<pollfd, 2> asked{{{socket_, what, 0}, {stop_, POLLIN, 0}}};
    auto n = poll(asked.data(), asked.size(), static_cast<int>(left.count()));
    if (n < 0 && errno == EINTR)
      continue;
    return n > 0 && asked[1].revents == 0;
  }
}

bool limited_stream::is_readable() const {
  return begin_ < end_ || await(POLLIN, read_until_);
}

bool limited_stream::is_writable() const {
  return await(POLLOUT, clock::now() + write_limit_);
}

bool limited_stream::fill() {
  auto wanted = std::min(buffer_.size(), bytes_left_);
  if (wanted == 0 || !await(POLLIN, read_until_))
    return false;
  ssize_t n = -1;
  do
    n = recv(socket_, buffer_.data(), wanted, 0);
  while (n < 0 && errno == EINTR);
  if (n <= 0)
    return false;
  begin_ = 0;
  end_ = static_cast<std::size_t>(n);
  bytes_left_ -= end_;
  return true;
}

ssize_t limited_stream::read(char* to, size_t size) {
  if (begin_ == end_ && !fill())
    return -1;
  auto n = std::min(size, end_ - begin_);
  std::memcpy(to, buffer_.data() + begin_, n);
  begin_ += n;
  return static_cast<ssize_t>(n);
}

/// All of it, or nothing more is written: a reader that is slow is cut.
ssize_t limited_stream::write(const char* from, size_t size) {
  auto until = clock::now() + write_limit_;
  std::size_t done = 0;
  while (done < size) {
    if (!await(POLLOUT, until))
      return -1;
    auto n = ::send(socket_, from + done, size - done,
                    MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
      continue;
    if (n <= 0)
      return -1;
    done += static_cast<std::size_t>(n);
  }
  return static_cast<ssize_t>(done);
}

void limited_stream::get_remote_ip_and_port(std::string& ip, int& port) const {
  ip.clear(); // nobody asks
  port = 0;
}

void limited_stream::get_local_ip_and_port(std::string& ip, int& port) const {
  ip.clear();
  port = 0;
}

} // namespace cafka::http
