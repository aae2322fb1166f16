#pragma once

#include "http/site.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace cafka::http {

/// How long a client may take.
struct client_limits {
  std::chrono::milliseconds read{5'000};  ///< for its whole request
  std::chrono::milliseconds write{5'000}; ///< for a piece of the answer
};

/// Listens, and answers for a site in threads of its own, at most 32.
class transport {
public:
  explicit transport(site x, client_limits limits = {});
  /// Ends at once: nobody waits for a client.
  ~transport();
  transport(const transport&) = delete;
  transport& operator=(const transport&) = delete;

  /// Once. What is wrong; empty: it serves. `port` 0: any that is free.
  std::string listen(const std::string& host, int port);
  /// What a client that sends just these bytes is answered, without a socket;
  /// of a stream its begin. For one that does not listen.
  std::string answer_to(std::string_view bytes);
  /// Where it listens.
  int port() const noexcept;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace cafka::http
