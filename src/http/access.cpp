#include "http/access.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include <arpa/inet.h>

namespace cafka::http {

namespace {

constexpr std::string_view bearer = "Bearer ";

bool equals_ignoring_case(std::string_view x, std::string_view y) {
  return std::ranges::equal(x, y, [](unsigned char a, unsigned char b) {
    return std::tolower(a) == std::tolower(b);
  });
}

/// `host`, `host:port`, `[v6]` or `[v6]:port`; empty: it is none of them.
std::string_view without_port(std::string_view x) {
  auto end = x.starts_with('[') ? x.find(']') : x.find(':');
  if (end == x.npos)
    return x.starts_with('[') ? std::string_view{} : x;
  if (x.starts_with('['))
    ++end;
  auto port = x.substr(end);
  if (!port.empty()
      && (port.front() != ':'
          || !std::ranges::all_of(port.substr(1), [](unsigned char c) {
               return std::isdigit(c) != 0;
             })))
    return {};
  return x.substr(0, end);
}

bool is_address(std::string_view host) {
  in6_addr ignored{};
  auto is_v6 = host.starts_with('[') && host.ends_with(']');
  std::string text{is_v6 ? host.substr(1, host.size() - 2) : host};
  return inet_pton(is_v6 ? AF_INET6 : AF_INET, text.c_str(), &ignored) == 1;
}

/// Of probes and of the page, which has no data. The page asks for the token.
bool needs_no_token(std::string_view path) {
  constexpr std::array free{"/livez", "/readyz", "/metrics", "/"};
  return std::ranges::find(free, path) != free.end();
}

bool shows_token(const request& x, const std::string& token) {
  std::string_view given = x.authorization;
  auto is_bearer = given.starts_with(bearer);
  return is_same_secret(is_bearer ? given.substr(bearer.size()) : "", token)
         && is_bearer;
}

/// The only answer with data of a record.
constexpr std::string_view record_path = "/api/record";

bool is_json(std::string_view type) {
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' '))
    type.remove_suffix(1);
  return equals_ignoring_case(type, "application/json");
}

response refuse(int status, std::string why) {
  response result;
  result.status = status;
  result.body = std::move(why) + "\n";
  return result;
}

/// Of one that changes something, or shows what users' records hold.
response check_operator(const request& x, const access_rules& rules) {
  if (!rules.operations)
    return refuse(403, "operations are off: see http.operations");
  if (!x.fetch_site.empty() && x.fetch_site != "same-origin")
    return refuse(403, "not from another site");
  return {};
}

response check_write(const request& x, const access_rules& rules) {
  if (auto refusal = check_operator(x, rules); refusal.status != 200)
    return refusal;
  if (!is_json(x.content_type))
    return refuse(400, "Content-Type: application/json is wanted");
  if (!x.transfer_encoding.empty() || !x.content_encoding.empty())
    return refuse(400, "a plain body with a Content-Length is wanted");
  return {};
}

} // namespace

bool is_same_secret(std::string_view given, std::string_view secret) noexcept {
  auto differs = given.size() ^ secret.size();
  for (std::size_t i = 0; i < secret.size(); ++i) {
    auto x = given.empty() ? '\0' : given[i % given.size()];
    differs |= static_cast<unsigned char>(x ^ secret[i]);
  }
  return differs == 0;
}

bool is_allowed_host(std::string_view host,
                     const std::vector<std::string>& allowed) {
  auto name = without_port(host);
  if (name.empty())
    return false;
  return is_address(name) || equals_ignoring_case(name, "localhost")
         || std::ranges::any_of(allowed, [&](auto& x) {
              return equals_ignoring_case(x, name);
            });
}

response check_access(const request& x, const access_rules& rules) {
  auto is_write = x.method == "POST";
  if (!is_write && x.method != "GET" && x.method != "HEAD")
    return refuse(405, "GET and POST are known");
  if (x.hosts.size() != 1)
    return refuse(400, "one Host is wanted");
  if (!is_allowed_host(x.hosts.front(), rules.allow_hosts))
    return refuse(403, "this Host is not allowed: see http.allow-hosts");
  if (!rules.token.empty() && (is_write || !needs_no_token(x.path))
      && !shows_token(x, rules.token)) {
    auto result = refuse(403, "Authorization: Bearer with the token is wanted");
    result.fields.emplace_back("WWW-Authenticate", "Bearer");
    return result;
  }
  if (is_write)
    return check_write(x, rules);
  return x.path == record_path ? check_operator(x, rules) : response{};
}

} // namespace cafka::http
