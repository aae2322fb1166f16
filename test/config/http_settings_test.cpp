#include "config/http_settings.hpp"

#include "support/catch.hpp"
#include "support/scratch_directory.hpp"

#include <cafka/config_file.hpp>

#include <algorithm>
#include <sstream>

using namespace cafka;
using namespace cafka::test;

namespace {

/// With a group that is in order beside it.
configured_groups configured(const std::string& http) {
  scratch_directory files;
  auto content = load_config(files.write("a.conf", R"(cafka {
  http {
)" + http + R"(
  }
  groups {
    orders {
      group = "g"
      topics = ["t"]
      handler = "print"
      endpoints = ["localhost:9092"]
    }
  }
}
)"));
  REQUIRE(content);
  return read_config(*content);
}

std::vector<std::string> errors_of_http(const std::string& http) {
  std::vector<std::string> result;
  for (auto& x : configured(http).errors)
    result.push_back(to_string(x));
  return result;
}

bool is_refused(const std::string& listen) {
  return !errors_of_http("listen = \"" + listen + "\"").empty();
}

} // namespace

TEST_CASE("http stands beside the groups and is of none of them") {
  auto x = configured("listen = \"127.0.0.1:8080\"\noperations = true\n"
                      "allow-hosts = [\"cafka.example\"]");
  REQUIRE(x.errors.empty());
  CHECK(x.groups.size() == 1);
  CHECK(x.http.listen == "127.0.0.1:8080");
  CHECK(x.http.operations);
  CHECK(x.http.allow_hosts == std::vector<std::string>{"cafka.example"});
}

TEST_CASE("an address to listen at is of this machine, with a port") {
  for (auto* x : {"127.0.0.1:8080", "127.8.9.1:1", "[::1]:8080", "localhost:0"})
    CHECK_FALSE(is_refused(x));
  for (auto* x : {"8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",
                  "127.0.0.1:x", "::1:80", "[127.0.0.1]:80", "cafka.example:80",
                  "[::1:80", "127.0.0.1:-1", "127.0.0.1: 80"})
    CHECK(is_refused(x));
}

TEST_CASE("another address than loopback is refused without a token") {
  CHECK(errors_of_http("listen = \"0.0.0.0:8080\"")
        == std::vector<std::string>{
          "cafka.http.listen = \"0.0.0.0:8080\": with a token-file, or an "
          "address of loopback: others could reach it"});
  for (auto* x : {"10.0.0.1:80", "[::]:80", "[fe80::1]:80", "128.0.0.1:80"})
    CHECK(is_refused(x));
  scratch_directory files;
  auto path = files.write("token", "0123456789abcdef\n");
  CHECK(
    errors_of_http("listen = \"0.0.0.0:8080\"\ntoken-file = \"" + path + "\"")
      .empty());
}

TEST_CASE("a token that is short, has spaces or cannot be read is refused, and "
          "not shown") {
  scratch_directory files;
  for (auto* token : {"", "short", "0123456789 abcdef", "0123456789abcde\n",
                      "0123456789\nabcdef0123"}) {
    auto path = files.write("token", token);
    auto errors = errors_of_http("token-file = \"" + path + "\"");
    REQUIRE(errors.size() == 1);
    CHECK_THAT(errors[0], has_text("16 to 4096 visible ASCII characters"));
    CHECK_THAT(errors[0], !has_text("0123456789"));
  }
  CHECK(errors_of_http("token-file = \"/nowhere/token\"").size() == 1);
}

TEST_CASE("wrong keys and types of http are all told at once") {
  auto errors = errors_of_http("lisen = \"127.0.0.1:1\"\noperations = \"yes\"\n"
                               "allow-hosts = [\"a:1\"]\ntoken-file = 7");
  std::ranges::sort(errors);
  REQUIRE(errors.size() == 4);
  CHECK_THAT(errors[0], has_text("cafka.http.allow-hosts"));
  CHECK_THAT(errors[1], has_text("no such key, but listen is"));
  CHECK_THAT(errors[2], has_text("cafka.http.operations"));
  CHECK_THAT(errors[3], has_text("cafka.http.token-file"));
}

TEST_CASE("http within a group is an unknown key") {
  scratch_directory files;
  auto content = load_config(files.write("a.conf", R"(cafka {
  groups {
    orders {
      group = "g"
      topics = ["t"]
      handler = "print"
      endpoints = ["localhost:9092"]
      http {
        listen = "127.0.0.1:1"
      }
    }
  }
}
)"));
  REQUIRE(content);
  CHECK(read_config(*content).errors.size() == 1);
}
