#include "http/access.hpp"

#include "support/catch.hpp"

using namespace cafka::http;

namespace {

constexpr auto token = "0123456789abcdef";

request reading(const std::string& path) {
  request result;
  result.method = "GET";
  result.path = path;
  result.hosts = {"127.0.0.1:8080"};
  return result;
}

request writing() {
  auto result = reading("/api/pause");
  result.method = "POST";
  result.content_type = "application/json";
  result.authorization = std::string{"Bearer "} + token;
  return result;
}

int status_of(const request& x, const access_rules& rules) {
  return check_access(x, rules).status;
}

const access_rules open_rules{};
const access_rules with_token{token, true, {}};

} // namespace

TEST_CASE("a request names an address, localhost or an allowed host") {
  auto allowed = [](const std::string& host) {
    return is_allowed_host(host, {"cafka.example"});
  };
  for (auto* host :
       {"127.0.0.1", "127.0.0.1:8080", "10.0.0.7", "[::1]", "[fe80::1]:8080",
        "localhost", "LocalHost:1", "cafka.example", "Cafka.Example:8080"})
    CHECK(allowed(host));
  for (auto* host :
       {"", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example",
        "[::1", "[]", "[127.0.0.1]", "::1", "127.0.0.1:80:80", "127.0.0.1:x",
        "evil.example:8080", "cafka.example.", "localhost@evil.example"})
    CHECK_FALSE(allowed(host));
}

TEST_CASE("a request with another Host, or with none or two, is refused") {
  auto x = reading("/api/status");
  CHECK(status_of(x, open_rules) == 200);
  x.hosts = {"evil.example"};
  CHECK(status_of(x, open_rules) == 403);
  x.hosts = {};
  CHECK(status_of(x, open_rules) == 400);
  x.hosts = {"127.0.0.1", "evil.example"};
  CHECK(status_of(x, open_rules) == 400);
}

TEST_CASE("a token is asked for but by probes, metrics and the page itself") {
  for (auto* path : {"/", "/livez", "/readyz", "/metrics"})
    CHECK(status_of(reading(path), with_token) == 200);
  for (auto* path : {"/api/status", "/api/events", "/healthz", "/other"}) {
    auto x = reading(path);
    CHECK(status_of(x, with_token) == 403);
    for (auto* wrong : {"", "Bearer ", "Bearer 0123456789abcdee", "Basic x",
                        "Bearer 0123456789abcdef0", "0123456789abcdef",
                        "Bearer 0123456789abcde"}) {
      x.authorization = wrong;
      CHECK(status_of(x, with_token) == 403);
    }
    x.authorization = std::string{"Bearer "} + token;
    CHECK(status_of(x, with_token) == 200);
  }
}

TEST_CASE("secrets are the same only where all of them is") {
  CHECK(is_same_secret(token, token));
  CHECK_FALSE(is_same_secret("", token));
  CHECK_FALSE(is_same_secret("0123456789abcdeg", token));
  CHECK_FALSE(is_same_secret("0123456789abcdef0123456789abcdef", token));
}

TEST_CASE("a write needs operations, the token, its own site and JSON") {
  CHECK(status_of(writing(), with_token) == 200);
  CHECK(status_of(writing(), {token, false, {}}) == 403);
  auto x = writing();
  x.authorization.clear();
  CHECK(status_of(x, with_token) == 403);
  for (auto* site : {"cross-site", "same-site", "none", "?"}) {
    x = writing();
    x.fetch_site = site;
    CHECK(status_of(x, with_token) == 403);
  }
  x.fetch_site = "same-origin";
  CHECK(status_of(x, with_token) == 200);
  for (auto* type : {"", "text/plain", "application/x-www-form-urlencoded",
                     "application/jsonp", "multipart/form-data; boundary=x"}) {
    x.content_type = type;
    CHECK(status_of(x, with_token) == 400);
  }
  x.content_type = "application/json; charset=utf-8";
  CHECK(status_of(x, with_token) == 200);
  x.transfer_encoding = "chunked";
  CHECK(status_of(x, with_token) == 400);
}

TEST_CASE("methods but GET, HEAD and POST are refused") {
  for (auto* method :
       {"PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT"}) {
    auto x = reading("/api/status");
    x.method = method;
    CHECK(status_of(x, open_rules) == 405);
  }
}

TEST_CASE("a record is shown where operations are on, to its own site and with "
          "the token alone") {
  auto x = reading("/api/record");
  CHECK(status_of(x, open_rules) == 403);
  CHECK(status_of(x, {"", true, {}}) == 200);
  CHECK(status_of(x, with_token) == 403);
  x.authorization = std::string{"Bearer "} + token;
  CHECK(status_of(x, with_token) == 200);
  CHECK(status_of(x, {token, false, {}}) == 403);
  x.fetch_site = "cross-site";
  CHECK(status_of(x, with_token) == 403);
}
