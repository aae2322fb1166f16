#include "http/client.hpp"

#include "support/http_site.hpp"

#include <utility>

using namespace cafka;
using namespace cafka::http;
using namespace cafka::test;

namespace {

/// A port that nobody listens at.
int closed_port() {
  http_site gone;
  auto result = gone.port();
  gone.end();
  return result;
}

} // namespace

TEST_CASE("a server is named by a host and a port") {
  for (auto* text :
       {"127.0.0.1:8080", "localhost:1", "cafka.example:65535", "[::1]:8080"}) {
    auto x = parse_server(text);
    REQUIRE(x);
    CHECK(http::to_string(*x) == text);
  }
  for (auto* text :
       {"", "127.0.0.1", ":8080", "127.0.0.1:", "127.0.0.1:0",
        "127.0.0.1:65536", "127.0.0.1:x", "::1:8080", "[127.0.0.1]:80", "[]:80",
        "http://127.0.0.1:8080", "https://a", "a b:80", "a/b:80"})
    CHECK_FALSE(parse_server(text));
}

TEST_CASE("a client asks and posts with its token") {
  http_site x{{"0123456789abcdef", true, {}}};
  client with{{"127.0.0.1", x.port()}, "0123456789abcdef"};
  CHECK(with.get("/api/status").status == 200);
  auto posted = with.post("/api/restart",
                          R"({"group":"orders","topic":"t","partition":0})");
  CHECK(posted.status == 200);
  CHECK_THAT(posted.body, has_text("it is done"));
  CHECK(x.asked().size() == 1);
  client without{{"127.0.0.1", x.port()}, ""};
  auto refused = without.get("/api/status");
  CHECK(refused.status == 403);
  CHECK(refused.wants_token);
}

TEST_CASE("where nobody listens a client says so") {
  client x{{"127.0.0.1", closed_port()}, ""};
  auto answer = x.get("/api/status");
  CHECK(answer.status == 0);
  CHECK(answer.failure == "nobody answers there");
}

TEST_CASE("a parameter is encoded, whatever it holds") {
  CHECK(url_encoded("a b/\xff&=%?#") == "a%20b%2F%FF%26%3D%25%3F%23");
  CHECK(url_encoded("A-z_0.9") == "A-z_0.9");
}
