// What a server does on the wire.

#include "support/http_site.hpp"

#include <deque>
#include <random>

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

using clock = std::chrono::steady_clock;

const std::string token = "0123456789abcdef";
const std::string host = "Host: 127.0.0.1\r\n";
const std::string with_token = "Authorization: Bearer " + token + "\r\n";

std::string length_of(const std::string& body) {
  return "Content-Length: " + std::to_string(body.size()) + "\r\n";
}

/// A write in order.
std::string write_head(const std::string& body) {
  return "POST /api/pause HTTP/1.1\r\n" + host + with_token
         + "Content-Type: application/json\r\n" + length_of(body);
}

/// True: the server answers as before.
bool is_ready(const http_site& x) {
  return x.get("/readyz").status == 200;
}

} // namespace

TEST_CASE("each answer forbids what a browser might do with it") {
  http_site x;
  for (auto* path : {"/", "/metrics", "/api/status", "/nowhere"}) {
    auto answer = x.get(path);
    INFO(answer.head);
    CHECK_THAT(answer.head, has_text("X-Content-Type-Options: nosniff"));
    CHECK_THAT(answer.head, has_text("X-Frame-Options: DENY"));
    CHECK_THAT(answer.head, has_text("Cache-Control: no-store"));
    CHECK_THAT(answer.head, has_text("Connection: close"));
    CHECK_THAT(answer.head, !has_text("Access-Control-"));
    CHECK_THAT(answer.head, !has_text("Server:"));
  }
}

TEST_CASE("the page allows its own style and script and nothing else") {
  http_site x;
  auto page = x.get("/");
  CHECK(page.status == 200);
  CHECK_THAT(page.head, has_text("Content-Security-Policy: default-src 'none'; "
                                 "style-src 'sha256-"));
  CHECK_THAT(page.head, !has_text("unsafe"));
  CHECK_THAT(page.body, !has_text("http://127"));
  CHECK_THAT(page.body, !has_text("https://"));
  CHECK_THAT(page.body, !has_text("innerHTML"));
}

TEST_CASE("a forged Host is refused, and so is one that is missing") {
  http_site x;
  CHECK(x.ask("GET /api/status HTTP/1.1\r\nHost: evil.example\r\n").status
        == 403);
  CHECK(x.ask("GET /metrics HTTP/1.1\r\nHost: evil.example\r\n").status == 403);
  CHECK(x.ask("GET /api/status HTTP/1.1\r\n").status == 400);
  CHECK(x.ask("GET /api/status HTTP/1.1\r\nHost: a\r\n" + host).status == 400);
}

TEST_CASE("a missing and a wrong token are refused, and none is shown") {
  http_site x{{token, true, {}}};
  auto missing = x.get("/api/status");
  CHECK(missing.status == 403);
  CHECK_THAT(missing.head, has_text("WWW-Authenticate: Bearer"));
  auto wrong = x.get("/api/status",
                     "Authorization: Bearer 0123456789abcdee\r\n");
  CHECK(wrong.status == 403);
  CHECK_THAT(missing.head + missing.body + wrong.head + wrong.body,
             !has_text(token));
  CHECK(x.get("/api/status", with_token).status == 200);
  CHECK(x.get("/readyz").status == 200);
  CHECK(x.get("/api/events").status == 403);
}

TEST_CASE(
  "a write from another site, of another type or with operations off is "
  "refused") {
  http_site x{{token, true, {}}};
  const std::string body = R"({"group":"orders"})";
  CHECK(x.ask("POST /api/pause HTTP/1.1\r\n" + host + with_token
                + "Content-Type: text/plain\r\n" + length_of(body),
              body)
          .status
        == 400);
  CHECK(x.ask(write_head(body) + "Sec-Fetch-Site: cross-site\r\n", body).status
        == 403);
  CHECK(x.ask("POST /api/pause HTTP/1.1\r\n" + host
                + "Content-Type: application/json\r\n" + length_of(body),
              body)
          .status
        == 403);
  CHECK(x.asked().empty());
  http_site off{{token, false, {}}};
  CHECK(off.ask(write_head(body), body).status == 403);
  CHECK(off.asked().empty());
  CHECK(x.ask(write_head(body), body).status == 200);
  CHECK(x.asked().size() == 1);
}

TEST_CASE("a record is asked for by its group, topic and partition, and shown "
          "to nobody else") {
  record_excerpt shown;
  shown.offset = 100;
  shown.value = {false, 5,
                 "s\xc3\xa9"
                 "cret"};
  const std::string path = "/api/record?group=a%20b&topic=t&partition=3";
  http_site off{{token, false, {}}};
  off.show_record(shown);
  CHECK(off.get(path, with_token).status == 403);
  http_site x{{token, true, {}}};
  x.show_record(shown);
  CHECK(x.get(path).status == 403);
  CHECK(x.get("/api/record?group=a", with_token).status == 400);
  CHECK(x.shown_records().empty());
  auto answer = x.get(path, with_token);
  CHECK(answer.status == 200);
  CHECK_THAT(answer.body, has_text("s\xc3\xa9"
                                   "cret"));
  CHECK_THAT(answer.head, has_text("Cache-Control: no-store"));
  REQUIRE(x.shown_records().size() == 1);
  CHECK(x.shown_records()[0].group == "a b");
  CHECK(x.shown_records()[0].of == topic_partition{"t", 3});
}

TEST_CASE("a body of more than 64 KB is refused") {
  http_site x{{token, true, {}}};
  std::string most(64 * 1'024, ' ');
  CHECK(x.ask(write_head(most), most).status == 400); // no JSON
  std::string more = most + ' ';
  CHECK(x.ask(write_head(more), more).status == 413);
  std::string much(4'000'000, ' ');
  auto status = x.ask(write_head(much), much).status;
  CHECK((status == 413 || status == 0)); // or the connection is gone before
  CHECK(is_ready(x));
}

TEST_CASE("a status is not sent again to who has it") {
  http_site x;
  auto first = x.get("/api/status");
  auto at = first.head.find("ETag: ") + 6;
  auto tag = first.head.substr(at, first.head.find('\r', at) - at);
  auto again = x.get("/api/status", "If-None-Match: " + tag + "\r\n");
  CHECK(again.status == 304);
  CHECK(again.body.empty());
}

TEST_CASE("parts of an answer and a compressed one are not to be had") {
  http_site x;
  auto whole = x.get("/api/status", "Accept-Encoding: gzip, br\r\n"
                                    "Range: bytes=0-1,0-1,0-1,0-1\r\n");
  CHECK(whole.status == 200);
  CHECK(whole.body.starts_with("{"));
  CHECK_THAT(whole.head, !has_text("Content-Encoding"));
}

TEST_CASE("garbage, huge heads and half requests are survived") {
  http_site x{{token, true, {}}};
  std::string many_fields;
  for (int i = 0; i < 20'000; ++i)
    many_fields += "X-" + std::to_string(i) + ": y\r\n";
  std::mt19937 random{4711};
  std::string noise(20'000, ' ');
  for (auto& c : noise)
    c = static_cast<char>(random());
  for (auto& bytes :
       {std::string{"\r\n\r\n"}, std::string{"GET\r\n\r\n"},
        std::string{"GET / HTTP/9.9\r\n\r\n"}, std::string(9'000, 'A'),
        "GET /" + std::string(100'000, 'a') + " HTTP/1.1\r\n" + host + "\r\n",
        "GET / HTTP/1.1\r\nHost: " + std::string(100'000, 'a') + "\r\n\r\n",
        "GET / HTTP/1.1\r\n" + host + many_fields + "\r\n", noise,
        "GET /%00%ff..%2f..%2fetc/passwd HTTP/1.1\r\n" + host + "\r\n",
        write_head("{}") + "Transfer-Encoding: chunked\r\n\r\nffffffff\r\n{}",
        write_head("{}") + "Content-Encoding: gzip\r\n\r\n{}",
        std::string{"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"},
        std::string{"POST / HTTP/1.1\r\nContent-Length: 1e99\r\n\r\n"},
        std::string("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", 28)}) {
    http_connection client{x.port()};
    client.send(bytes);
    // It stays open; what the server says, or that it closes, is awaited below.
  }
  http_connection half{x.port()};
  half.send("GET /readyz HTTP/1.1\r\nHo");
  CHECK(is_ready(x));
}

TEST_CASE("a client that dribbles its request is cut after 5 s") {
  http_site x;
  auto begin = clock::now();
  http_connection client{x.port()};
  client.send("GET /readyz HTTP/1.1\r\nX: ");
  // A byte each time that nothing comes for a while, which is what keeps a
  // limit for each read from ever being reached.
  while (!client.is_closed(100ms) && clock::now() - begin < 60s)
    client.send("a");
  CHECK(clock::now() - begin >= 4s);
  CHECK(clock::now() - begin < 60s);
}

TEST_CASE("four listen to the status, and the others are told to ask for it") {
  http_site x;
  std::deque<http_connection> clients;
  int listening = 0;
  int refused = 0;
  for (int i = 0; i < 50; ++i) {
    auto& client = clients.emplace_back(x.port());
    client.send("GET /api/events HTTP/1.1\r\n" + host + "\r\n");
    if (!client.await("event: status"))
      ++refused;
    else
      ++listening;
  }
  CHECK(listening == 4);
  CHECK(refused == 46);
  CHECK_THAT(clients.back().got(), has_text("503"));
  x.show(snapshot_of({test::seen_group({failing_partition("t", 7)})}));
  CHECK(clients.front().await("\"partition\":7"));
}

TEST_CASE(
  "listeners, slow readers and half requests delay neither readiness nor "
  "the end") {
  // More than the buffers of a connection hold, and nobody reads it.
  const std::string large(32'000'000, ' ');
  http_site x{{}, large, {10min, 10min}};
  std::deque<http_connection> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back(x.port()).send("GET /api/events HTTP/1.1\r\n" + host
                                        + "\r\n");
    CHECK(clients.back().await("event: status"));
  }
  for (int i = 0; i < 4; ++i)
    clients.emplace_back(x.port()).send("GET / HTTP/1.1\r\n" + host + "\r\n");
  for (int i = 0; i < 10; ++i)
    clients.emplace_back(x.port()).send("GET /");
  CHECK(is_ready(x));
  auto begin = clock::now();
  x.end();
  CHECK(clock::now() - begin < 5min); // each of them is waited for longer else
}
