#pragma once

#include <cafka/config.hpp>

#include <string>
#include <vector>

namespace cafka {

/// The HTTP server of a process: `http { … }` in the category `cafka` of a
/// config file. It belongs to no group.
struct http_options {
  /// `host:port`, an address of this machine, IPv6 in brackets. With port 0 a
  /// port that is free is taken. There is no server where this is empty. An
  /// address other than loopback needs a `token_file`.
  std::string listen;
  /// A file with the token, 16 to 4096 visible ASCII characters, which is read
  /// once. Every request has to show it, but those for `/livez`, `/readyz`,
  /// `/metrics` and the page itself, `/`, which has no data. None is asked for
  /// where this is empty.
  std::string token_file;
  /// Takes what an operator intends: pause, restart, move and the like. Shows
  /// the record that a partition stands at, which is user data.
  bool operations = false;
  /// Names, without a port, that requests may name in `Host` besides IP
  /// addresses and `localhost`.
  std::vector<std::string> allow_hosts;
};

/// Everything that is wrong with `x`. Returns an empty list where it can be
/// served. Reads the file of the token.
std::vector<config_error> validate(const http_options& x);

} // namespace cafka
