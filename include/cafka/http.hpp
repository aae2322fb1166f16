#pragma once

#include <cafka/http_options.hpp>

#include <caf/expected.hpp>
#include <caf/fwd.hpp>

#include <memory>
#include <string>

namespace cafka {

/// A server of metrics, health and a page for the groups of one actor system.
/// Its destructor ends it, and waits for no client. Declare it behind the
/// system, so that it goes first.
class http_server {
public:
  /// Opaque.
  struct impl;
  /// For `serve_http`.
  explicit http_server(std::unique_ptr<impl> x) noexcept;
  /// `x` serves nothing any more.
  http_server(http_server&& x) noexcept;
  /// One that serves is never replaced.
  http_server& operator=(http_server&&) = delete;
  ~http_server();

  /// Where it listens, as `host:port`, with the port that was free.
  const std::string& address() const noexcept;

private:
  std::unique_ptr<impl> impl_;
};

/// Serves `/metrics`, `/livez`, `/readyz`, `/healthz`, `/api/status` and a page
/// for all groups that run in `system`, also for those that begin later, in
/// threads of its own. `cafka::main` does it where the config file or `--http`
/// says so. `errc::invalid_config` for wrong options, and for an address that
/// cannot be listened at. Part of the library `cafka::app`.
///
/// There is no TLS: a proxy is to bring it.
caf::expected<http_server> serve_http(caf::actor_system& system,
                                      const http_options& options);

} // namespace cafka
