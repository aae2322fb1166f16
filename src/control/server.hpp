#pragma once

#include "control/status_view.hpp"
#include "http/client.hpp"
#include "program/exit_code.hpp"

#include <optional>
#include <string>

namespace CLI {
class App;
} // namespace CLI

namespace cafka::app {

/// Where the groups are, as the command line says.
struct server_arguments {
  std::string address;
  std::string token_file;
};

/// `--http` and `--token-file`. `to` outlives the command.
void add_server_arguments(CLI::App& command, server_arguments& to);

/// What `cafka ctl` and `cafka top` talk to. What is wrong is told on standard
/// error, after the name of the command.
class server {
public:
  /// Nothing: an argument is wrong, and that was told.
  static std::optional<server> open(std::string command,
                                    const server_arguments& args);

  /// `what` failed.
  exit_code complain(const std::string& what, exit_code with) const;

  /// The status as JSON; nothing: it cannot be had, and `wrong` says why.
  std::optional<std::string> status_text(std::string& wrong) const;
  /// Nothing: it cannot be had, and that was told.
  std::optional<control::status_view> status() const;

  http::client_answer get(const std::string& path) const {
    return client_.get(path);
  }
  http::client_answer post(const std::string& path,
                           const std::string& body) const {
    return client_.post(path, body);
  }
  /// Why the server did not do it, with its address and what is allowed.
  std::string refusal_text(const http::client_answer& x) const;
  const std::string& address() const noexcept {
    return address_;
  }

private:
  server(std::string command, const server_arguments& args,
         const http::server_address& to, std::string token);

  std::string command_;
  std::string address_;
  std::string token_file_;
  http::client client_;
};

} // namespace cafka::app
