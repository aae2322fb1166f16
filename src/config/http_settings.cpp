#include "config/http_settings.hpp"

#include "config/file_text.hpp"
#include "config/nearest_name.hpp"
#include "config/read_value.hpp"
#include "config/shown_key.hpp"
#include "config/value_text.hpp"

#include <cafka/errors.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include <arpa/inet.h>

namespace cafka {

namespace {

constexpr std::size_t token_length_min = 16; // 8 random bytes as hex
constexpr std::size_t token_length_max = 4'096;

template <auto Field>
http_key key(std::string_view name, std::string_view allowed) {
  return {name, allowed,
          [](http_options& to, const caf::config_value& x) {
            return read(to.*Field, x);
          },
          [](const http_options& from) { return show(from.*Field); }};
}

std::string path_of(std::string_view key) {
  return fmt::format("cafka.http.{}", key);
}

config_error unknown_key(const std::string& name) {
  std::vector<std::string_view> names;
  for (auto& x : http_keys())
    names.push_back(x.name);
  auto hint = nearest_name(name, names);
  return {shown_key(path_of(name)), "(hidden)",
          hint.empty() ? "no such key"
                       : fmt::format("no such key, but {} is", hint)};
}

std::string shown(const caf::config_value& x) {
  if (caf::get_if<caf::settings>(&x))
    return "{ … }";
  auto result = show(x);
  return holds_login(result) ? "(hidden)" : result;
}

bool is_word(std::string_view x, auto is_allowed) {
  return !x.empty() && std::ranges::all_of(x, is_allowed);
}

/// A name as it stands in `Host`.
bool is_host_name(std::string_view x) {
  return is_word(x, [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
           || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '_';
  });
}

bool is_token(std::string_view x) {
  return x.size() >= token_length_min && x.size() <= token_length_max
         && is_word(x, [](unsigned char c) { return c > ' ' && c < 0x7f; });
}

void check_listen(const http_options& x, std::vector<config_error>& out) {
  if (x.listen.empty())
    return;
  auto at = parse_listen(x.listen);
  auto value = show(x.listen);
  if (!at)
    out.push_back({path_of("listen"),
                   holds_login(x.listen) ? "(hidden)" : value,
                   "an IP address of this machine or localhost, and a port, as "
                   "127.0.0.1:8080 or [::1]:8080; empty: off"});
  else if (!at->is_loopback() && x.token_file.empty())
    out.push_back({path_of("listen"), value,
                   "with a token-file, or an address of loopback: others could "
                   "reach it"});
}

} // namespace

const std::vector<http_key>& http_keys() {
  using o = http_options;
  static const std::vector keys{
    key<&o::listen>("listen", "a text in quotes"),
    key<&o::token_file>("token-file", "a text in quotes"),
    key<&o::operations>("operations", "true or false"),
    key<&o::allow_hosts>("allow-hosts", "a list of texts in quotes"),
  };
  return keys;
}

http_options read_http(const caf::config_value& from,
                       std::vector<config_error>& errors) {
  http_options result;
  auto* keys = caf::get_if<caf::settings>(&from);
  if (!keys) {
    errors.push_back({"cafka.http", "(hidden)", "a dictionary { … }"});
    return result;
  }
  std::set<std::string> unread;
  for (auto& [name, value] : *keys) {
    auto i = std::ranges::find(http_keys(), std::string_view{name},
                               &http_key::name);
    if (i == http_keys().end()) {
      errors.push_back(unknown_key(std::string{name}));
    } else if (!i->read(result, value)) {
      unread.insert(path_of(i->name));
      errors.push_back(
        {path_of(i->name), shown(value), std::string{i->allowed}});
    }
  }
  for (auto& x : validate(result))
    if (!unread.contains(x.key)) // one error for each
      errors.push_back(x);
  return result;
}

std::vector<config_error> validate(const http_options& x) {
  std::vector<config_error> result;
  check_listen(x, result);
  if (std::string wrong;
      !x.token_file.empty() && !read_token(x.token_file, wrong))
    result.push_back({path_of("token-file"), show(x.token_file), wrong});
  for (auto& host : x.allow_hosts)
    if (!is_host_name(host))
      result.push_back({path_of("allow-hosts"),
                        holds_login(host) ? "(hidden)" : show(host),
                        "names of hosts without a port"});
  return result;
}

bool listen_address::is_loopback() const {
  in_addr v4{};
  in6_addr v6{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1)
    return (ntohl(v4.s_addr) >> 24) == IN_LOOPBACKNET;
  if (inet_pton(AF_INET6, host.c_str(), &v6) == 1)
    return IN6_IS_ADDR_LOOPBACK(&v6);
  return host == "localhost";
}

std::optional<listen_address> parse_listen(std::string_view x) {
  auto colon = x.rfind(':');
  if (colon == x.npos)
    return std::nullopt;
  auto port = x.substr(colon + 1);
  auto host = x.substr(0, colon);
  std::uint16_t number = 0;
  auto [end, failure] = std::from_chars(port.begin(), port.end(), number);
  if (port.empty() || failure != std::errc{} || end != port.end())
    return std::nullopt;
  auto is_bracketed = host.starts_with('[') && host.ends_with(']');
  if (is_bracketed)
    host = host.substr(1, host.size() - 2);
  listen_address result{std::string{host}, number};
  in6_addr ignored{};
  auto family = is_bracketed ? AF_INET6 : AF_INET;
  if (inet_pton(family, result.host.c_str(), &ignored) == 1
      || (!is_bracketed && host == "localhost"))
    return result;
  return std::nullopt;
}

std::optional<std::string> read_token(const std::string& path,
                                      std::string& wrong) {
  auto content = text_of_file(path, token_length_max + 2);
  if (!content) {
    wrong = text_of(content.error());
    return std::nullopt;
  }
  auto& result = *content;
  while (result.ends_with('\n') || result.ends_with('\r'))
    result.pop_back();
  if (is_token(result))
    return result; // copied: GCC 12 takes the move for one out of bounds
  wrong = fmt::format("a file with one token of {} to {} visible ASCII "
                      "characters",
                      token_length_min, token_length_max);
  return std::nullopt;
}

} // namespace cafka
