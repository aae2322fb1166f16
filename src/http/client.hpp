#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cafka::http {

/// Where somebody serves HTTP.
struct server_address {
  std::string host; ///< a name or an IP address, without brackets
  int port = 0;
};

/// Of `host:port`, IPv6 in brackets. Nothing: it is none.
std::optional<server_address> parse_server(std::string_view x);

/// As `parse_server` reads it.
std::string to_string(const server_address& x);

/// What came of a request.
struct client_answer {
  int status = 0;           ///< 0: no answer came
  std::string body;         ///< as it was sent
  std::string failure;      ///< why no answer came; empty: one came
  bool wants_token = false; ///< it was refused for the token
};

/// Asks a server of `cafka::serve_http`, one request at a time. Blocks: 5 s to
/// connect, and a minute for a piece of the answer, which is longer than the
/// server waits for what became of an intent.
class client {
public:
  /// `token`: empty: none is shown.
  client(server_address to, std::string token);

  client_answer get(const std::string& path) const;
  /// `body` is JSON.
  client_answer post(const std::string& path, const std::string& body) const;

private:
  client_answer ask(const char* method, const std::string& path,
                    const std::string& body) const;

  server_address to_;
  std::string token_;
};

/// `x` as a value behind `?`.
std::string url_encoded(std::string_view x);

} // namespace cafka::http
