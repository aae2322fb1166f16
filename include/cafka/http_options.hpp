#pragma once

#include <cafka/config.hpp>

#include <string>
#include <vector>

namespace cafka {

/// The HTTP server of a process: `http { … }` in the category `cafka` of a
/// config file. It belongs to no group.
struct http_options {
  /// `host:port`, an address of this machine, IPv6 in brackets; port 0: any
  /// that is free. Empty: there is no server. Another one than of loopback
  /// needs a `token_file`.
  std::string listen;
  /// A file with the token that every request has to show, but those for
  /// `/livez`, `/readyz` and `/metrics`: 16 to 4096 visible ASCII characters,
  /// read once. Empty: none is asked for.
  std::string token_file;
  /// Takes what an operator intends: pause, restart, move and the like. Shows
  /// the record that a partition stands at, which is user data.
  bool operations = false;
  /// Names, without a port, that requests may name in `Host` besides IP
  /// addresses and `localhost`.
  std::vector<std::string> allow_hosts;
};

/// Everything that is wrong with `x`; empty: it can be served. Reads the file
/// of the token.
std::vector<config_error> validate(const http_options& x);

} // namespace cafka
