#include "config/override.hpp"
#include "config/parse.hpp"
#include "support/catch.hpp"
#include "support/scratch_directory.hpp"

#include <cafka/config_file.hpp>

#include <cstdlib>

using namespace cafka;
using cafka::test::scratch_directory;

namespace {

using texts = std::vector<std::string>;

/// Of a group that logs in, with these values of the secrets.
configured_groups read_with(const std::string& password,
                            const std::string& more = {}) {
  auto content = parse_config(R"(
    cafka {
      name = "orders"
      endpoints = ["b1:9092"]
      group = "readers"
      topics = ["a"]
      handler = "print"
      kafka {
        security-protocol = "sasl_plaintext"
        sasl-mechanisms = "PLAIN"
        sasl-username = "reader"
        sasl-password = ")" + password
                              + "\"\n" + more + "}\n}\n");
  REQUIRE(content);
  return read_config(*content);
}

std::string password_of(const configured_groups& x) {
  REQUIRE(x.errors.empty());
  return x.groups.at(0).options.config.kafka.at("sasl.password");
}

texts errors_of(const configured_groups& x) {
  texts result;
  for (auto& error : x.errors)
    result.push_back(to_string(error));
  return result;
}

/// One for as long as the test runs.
class variable {
public:
  variable(const char* name, const char* value) : name_(name) {
    setenv(name, value, 1);
  }
  ~variable() {
    unsetenv(name_);
  }
  variable(const variable&) = delete;
  variable& operator=(const variable&) = delete;

private:
  const char* name_;
};

} // namespace

TEST_CASE("a secret is read from a file, without the newline at its end") {
  scratch_directory dir;
  auto path = dir.write("password", "hunter2\n");
  CHECK(password_of(read_with("file:" + path)) == "hunter2");
  dir.write("password", "hunter2");
  CHECK(password_of(read_with("file:" + path)) == "hunter2");
  dir.write("password", " a\nb \r\n");
  CHECK(password_of(read_with("file:" + path)) == " a\nb ");
}

TEST_CASE("a secret is read from the environment, and its variable is known") {
  variable secret{"CAFKA_TEST_SECRET", "hunter2"};
  variable user{"CAFKA_TEST_USER", "me"};
  auto x = read_with("env:CAFKA_TEST_SECRET");
  CHECK(password_of(x) == "hunter2");
  CHECK(x.groups.at(0).variables == texts{"CAFKA_TEST_SECRET"});
  CHECK(read_with("hunter2").groups.at(0).variables.empty());
  caf::settings content;
  CHECK_FALSE(override_config(
    content, "--cafka.kafka.sasl.username=env:CAFKA_TEST_USER"));
  auto named = read_config(content);
  CHECK(named.groups.at(0).options.config.kafka.at("sasl.username") == "me");
}

TEST_CASE("a secret that itself begins like a reference is taken as it is") {
  variable secret{"CAFKA_TEST_SECRET", "env:CAFKA_TEST_SECRET"};
  CHECK(password_of(read_with("env:CAFKA_TEST_SECRET"))
        == "env:CAFKA_TEST_SECRET");
  scratch_directory dir;
  CHECK(password_of(read_with("file:" + dir.write("password", "file:/x")))
        == "file:/x");
}

TEST_CASE("what is no secret does not stand elsewhere") {
  auto x = read_with("hunter2", "client-id = \"env:HOME\"\n");
  REQUIRE(x.errors.empty());
  CHECK(x.groups.at(0).options.config.kafka.at("client.id") == "env:HOME");
  CHECK(x.groups.at(0).variables.empty());
}

TEST_CASE("a secret that is not where it should be is one error") {
  scratch_directory dir;
  auto refusal = [](const std::string& where) {
    auto x = errors_of(read_with(where));
    REQUIRE(x.size() == 1);
    auto key = "cafka.kafka.sasl-password = " + where + ": ";
    REQUIRE(x[0].starts_with(key));
    return x[0].substr(key.size());
  };
  auto none = dir.path("none");
  CHECK(refusal("file:" + none)
        == "cannot read " + none + ": No such file or directory");
  CHECK(refusal("file:" + dir.path())
        == "cannot read " + dir.path() + ": Is a directory");
  CHECK(refusal("file:" + dir.write("a", "\n")) == "the file is empty");
  CHECK(refusal("file:" + dir.write("a", std::string("hunter2\0x", 9)))
        == "the file has a byte 0, and no secret has one");
  CHECK(refusal("file:/dev/zero") == "the file has more than 100000 bytes");
  CHECK(refusal("env:CAFKA_TEST_NONE")
        == "there is no such environment variable");
  variable empty{"CAFKA_TEST_EMPTY", ""};
  CHECK(refusal("env:CAFKA_TEST_EMPTY") == "the environment variable is empty");
}

TEST_CASE("a secret on the command line is seen, and where it is, is none") {
  for (auto argument :
       {"--cafka.kafka.sasl-password=x", "--cafka.kafka.sasl.password=x",
        "--cafka.groups.a.kafka.ssl-key-password=x",
        "--cafka.kafka={ sasl-password = \"x\" }",
        "--cafka.groups={ a { kafka { sasl { password = \"x\" } } } }"})
    CHECK(shows_secret(argument));
  for (auto argument :
       {"--cafka.kafka.sasl-password=file:x", "--cafka.kafka.sasl-password=",
        "--cafka.kafka.sasl-password=env:x", "--cafka.kafka.sasl-username=x",
        "--cafka.kafka.ssl-keystore-location=x", "--cafka.kafka.sasl-password",
        "--cafka.group=password"})
    CHECK_FALSE(shows_secret(argument));
}

TEST_CASE("a secret in the place of a key or in an address is not shown") {
  auto shows = [](const std::string& key, const std::string& value) {
    caf::settings content;
    auto failure = override_config(content, "--cafka." + key + "=" + value);
    auto all = failure ? text_of(failure) : std::string{};
    for (auto& x : errors_of(read_config(content)))
      all += x + "\n";
    INFO(all);
    CHECK_FALSE(all.empty());
    return all.find("hunter2") != std::string::npos;
  };
  for (auto key : {"hunter2", "kafka.hunter2", "kafka.sasl-password.hunter2",
                   "kafka.sasl.password.hunter2", "sasl-password.hunter2",
                   "groups.a.hunter2", "groups.a.kafka.Hunter2",
                   "kafka.sasl-password:hunter2", "x..hunter2"})
    CHECK_FALSE(shows(key, "x"));
  for (auto key : {"endpoints", "endpoint", "kafka.bootstrap-servers"}) {
    CHECK_FALSE(shows(key, "[\"me:hunter2@b:1\"]"));
    CHECK_FALSE(shows(key, "\"sasl_ssl://me:hunter2@b:1\""));
  }
  auto twice = parse_config("cafka {\n hunter2 = 1\n hunter2 = 2\n}\n");
  REQUIRE_FALSE(twice);
  CHECK(text_of(twice.error()).find("line 3: cafka.(hidden) stands")
        != std::string::npos);
}
