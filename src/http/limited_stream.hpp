#pragma once

/// cpp-httplib is included by these two files alone: this one and
/// transport.cpp.

#include <httplib.h>

#include <array>
#include <chrono>
#include <cstddef>

namespace cafka::http {

/// A connection whose request has to come within a time and a size, of which a
/// client that dribbles gets no more. It ends when the server stops.
class limited_stream : public httplib::Stream {
public:
  /// `stop` becomes readable when the server stops. Neither is owned.
  limited_stream(socket_t socket, int stop,
                 std::chrono::milliseconds read_limit, std::size_t bytes_max,
                 std::chrono::milliseconds write_limit);

  bool is_readable() const override;
  bool is_writable() const override;
  ssize_t read(char* to, size_t size) override;
  ssize_t write(const char* from, size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  socket_t socket() const override {
    return socket_;
  }
  // Pure in later versions of cpp-httplib.
  bool wait_readable() const {
    return is_readable();
  }
  bool wait_writable() const {
    return is_writable();
  }
  time_t duration() const {
    return 0;
  }

private:
  using clock = std::chrono::steady_clock;

  bool await(short what, clock::time_point until) const;
  bool fill();

  socket_t socket_;
  int stop_;
  clock::time_point read_until_;
  std::size_t bytes_left_;
  std::chrono::milliseconds write_limit_;
  std::array<char, 4'096> buffer_{};
  std::size_t begin_ = 0; // of what is in the buffer and was not read
  std::size_t end_ = 0;
};

} // namespace cafka::http
