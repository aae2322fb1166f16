/// cpp-httplib, as a client.

#include "http/client.hpp"

#include <fmt/format.h>

#include <httplib.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <utility>

#include <arpa/inet.h>

namespace cafka::http {

namespace {

constexpr std::chrono::seconds connect_limit{5};
constexpr std::chrono::seconds piece_limit{60};

/// The status of some 10,000 partitions.
constexpr std::size_t answer_bytes_max = 64 * 1'024 * 1'024;

bool is_v6(const std::string& host) {
  in6_addr ignored{};
  return inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

/// As `Host` has it.
bool is_host(std::string_view x) {
  return !x.empty() && std::ranges::all_of(x, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_';
  });
}

std::string text_of(httplib::Error x) {
  switch (x) {
    case httplib::Error::Connection:
      return "nobody answers there";
    case httplib::Error::Canceled:
      return fmt::format("its answer has more than {} bytes", answer_bytes_max);
    default:
      return "the connection was closed, or no answer came in time";
  }
}

} // namespace

std::optional<server_address> parse_server(std::string_view x) {
  auto colon = x.rfind(':');
  if (colon == x.npos)
    return std::nullopt;
  auto port = x.substr(colon + 1);
  auto host = x.substr(0, colon);
  std::uint16_t number = 0;
  auto [end, failure] = std::from_chars(port.begin(), port.end(), number);
  if (failure != std::errc{} || end != port.end() || number == 0)
    return std::nullopt;
  auto is_bracketed = host.starts_with('[') && host.ends_with(']');
  if (is_bracketed)
    host = host.substr(1, host.size() - 2);
  server_address result{std::string{host}, number};
  if (is_bracketed ? is_v6(result.host) : is_host(host))
    return result;
  return std::nullopt;
}

std::string to_string(const server_address& x) {
  return is_v6(x.host) ? fmt::format("[{}]:{}", x.host, x.port)
                       : fmt::format("{}:{}", x.host, x.port);
}

client::client(server_address to, std::string token)
  : to_(std::move(to)), token_(std::move(token)) {
}

client_answer client::get(const std::string& path) const {
  return ask("GET", path, {});
}

client_answer client::post(const std::string& path,
                           const std::string& body) const {
  return ask("POST", path, body);
}

client_answer client::ask(const char* method, const std::string& path,
                          const std::string& body) const {
  client_answer result;
  httplib::Client server{to_.host, to_.port};
  server.set_connection_timeout(connect_limit);
  server.set_read_timeout(piece_limit);
  server.set_write_timeout(connect_limit);
  server.set_url_encode(false); // it is already
  httplib::Request asked;
  asked.method = method;
  asked.path = path;
  asked.body = body;
  asked.set_header("Host", to_string(to_));
  if (!body.empty())
    asked.set_header("Content-Type", "application/json");
  if (!token_.empty())
    asked.set_header("Authorization", "Bearer " + token_);
  asked.content_receiver = [&](const char* data, std::size_t size,
                               std::uint64_t, std::uint64_t) {
    result.body.append(data, size);
    return result.body.size() <= answer_bytes_max;
  };
  auto came = server.send(asked);
  if (!came) {
    result.body.clear();
    result.failure = text_of(came.error());
    return result;
  }
  result.status = came->status;
  result.wants_token = came->has_header("WWW-Authenticate");
  return result;
}

std::string url_encoded(std::string_view x) {
  std::string result;
  for (unsigned char c : x)
    result += std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_'
                ? std::string(1, static_cast<char>(c))
                : fmt::format("%{:02X}", c);
  return result;
}

} // namespace cafka::http
