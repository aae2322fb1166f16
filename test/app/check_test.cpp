#include "support/app_process.hpp"
#include "support/catch.hpp"
#include "support/config_text.hpp"

#include <algorithm>

using namespace cafka::test;

namespace {

struct outcome {
  int code = 0;
  std::string out;
  std::string err;
  bool err_has(const std::string& text) const {
    return err.find(text) != std::string::npos;
  }
  bool out_has(const std::string& text) const {
    return out.find(text) != std::string::npos;
  }
  long lines() const {
    return std::count(err.begin(), err.end(), '\n');
  }
};

outcome run_program(std::vector<std::string> args) {
  args.insert(args.begin(), CAFKA_PROGRAM);
  app_process program{args};
  auto code = program.wait();
  return {code, program.out(), program.err()};
}

outcome check(const std::string& text, std::vector<std::string> more = {}) {
  scratch_directory files;
  more.insert(more.begin(), {"check", files.write("cafka.conf", text)});
  return run_program(more);
}

} // namespace

TEST_CASE("check shows the groups of a config file with all settings") {
  auto x = check(group_config_text("b:9092", "batch-size = 7"));
  INFO(x.out << x.err);
  CHECK(x.code == 0);
  CHECK(x.err.empty());
  CHECK(x.out_has("name = \"orders\"\n"));
  CHECK(x.out_has("batch-size = 7\n"));
  CHECK(x.out_has("begin-offset = \"earliest\"\n"));
  CHECK(x.out_has("commit-interval = 5s\n"));
  CHECK(x.out_has("session-timeout-ms = \"6000\""));
  CHECK(check(group_config_text("b:9092"), {"--quiet"}).out == "ok\n");
}

TEST_CASE("check shows no secret") {
  auto x = check(group_config_text("b:9092", R"(
    handler-init-args { encoding = "text" })"),
                 {"--cafka.kafka.ssl-key-password=s3cret",
                  "--cafka.kafka.sasl.password=s3cret"});
  INFO(x.out << x.err);
  CHECK(x.code == 0);
  CHECK(x.out_has("ssl-key-password = (hidden)"));
  CHECK(x.out_has("sasl-password = (hidden)"));
  CHECK_FALSE(x.out_has("s3cret"));
}

TEST_CASE("check tells all that is wrong at once, with exit code 2") {
  auto x = check(group_config_text("b", "batch-sizes = 7\nmax-bytes = \"x\""),
                 {"--cafka.topics=[]", "--cafka.handler=nobody"});
  INFO(x.err);
  CHECK(x.code == 2);
  CHECK(x.out.empty());
  CHECK(x.err_has("cafka.endpoints = \"b\": host:port"));
  CHECK(x.err_has("cafka.batch-sizes = 7: no such key, but batch-size is"));
  CHECK(x.err_has("cafka.max-bytes = x: a whole number"));
  CHECK(x.err_has("cafka.topics = []: at least one topic"));
  CHECK(x.err_has("cafka.handler = \"nobody\": one of: count, print"));
  CHECK(x.lines() == 5);
}

TEST_CASE("arguments of a handler that it does not have are named") {
  auto print = check(group_config_text("b:1", R"(
    handler-init-args { 
      encoding = "utf-16"
      color = true
    })"));
  CHECK(print.code == 2);
  CHECK(print.err_has("handler-init-args.encoding: \"text\" or \"base64\""));
  CHECK(print.err_has(
    "handler-init-args.color: the handler print has no such argument"));
  auto count = check(group_config_text("b:1", R"(
    handler-init-args { encoding = "text" })"),
                     {"--cafka.handler=count"});
  CHECK(count.code == 2);
  CHECK(count.err_has("the handler count has no such argument"));
}

TEST_CASE("a config file that cannot be read is one clear error") {
  scratch_directory files;
  auto missing = run_program({"check", files.path("missing")});
  CHECK(missing.code == 2);
  CHECK(missing.err_has("No such file"));
  CHECK(missing.lines() == 1);
  auto directory = run_program({"run", files.path()});
  CHECK(directory.code == 2);
  CHECK(directory.err_has("directory"));
  CHECK(directory.lines() == 1);
  auto syntax = check("cafka {\n  name = @x\n}\n");
  CHECK(syntax.code == 2);
  CHECK(syntax.err_has("line 2, column 11: unexpected character"));
  CHECK(syntax.lines() == 1);
}

TEST_CASE("arguments replace settings of the config file") {
  auto one = check(group_config_text("b:9092"),
                   {"--cafka.group=billing", "--cafka.commit-interval=2min",
                    "--cafka.topics=[\"a\", \"b\"]", "--endpoints", "c:1,d:2",
                    "--cafka.kafka.session-timeout-ms=7000"});
  INFO(one.out << one.err);
  CHECK(one.code == 0);
  CHECK(one.out_has("group = \"billing\"\n"));
  CHECK(one.out_has("commit-interval = 2min\n"));
  CHECK(one.out_has("topics = [\"a\", \"b\"]\n"));
  CHECK(one.out_has("endpoints = [\"c:1\", \"d:2\"]\n"));
  CHECK(one.out_has("session-timeout-ms = \"7000\""));
  CHECK(one.out_has("heartbeat-interval-ms = \"100\""));
  auto text = group_config_text("b:9092");
  auto body = text.substr(text.find('{') + 1);
  body.erase(body.find("  name"), body.find("  group"));
  auto two = check("cafka { groups { orders {" + body + "}\n}\n",
                   {"--cafka.groups.orders.group=mine"});
  INFO(two.out << two.err);
  CHECK(two.code == 0);
  CHECK(two.out_has("group = \"mine\"\n"));
}

TEST_CASE("arguments that replace nothing are named") {
  auto x = check(group_config_text("b:9092"),
                 {"--cafka.group", "--cafka..x=1", "--cafka.=1", "--nonsense",
                  "stray", "--cafka.batch-size=many"});
  INFO(x.err);
  CHECK(x.code == 2);
  CHECK(x.err_has("--cafka.group: it must have the form --cafka.key=value"));
  CHECK(x.err_has("--cafka..x=1: it must have the form --cafka.key=value"));
  CHECK(x.err_has("--cafka.=1: it must have the form --cafka.key=value"));
  CHECK(x.err_has("--nonsense: no such argument"));
  CHECK(x.err_has("stray: no such argument"));
  CHECK(x.err_has("cafka.batch-size = many: a whole number"));
}

TEST_CASE("standard output that cannot be written is an error") {
  scratch_directory files;
  auto conf = files.write("a.conf", group_config_text("b:9092"));
  app_process program{
    {"/bin/sh", "-c",
     std::string{"exec "} + CAFKA_PROGRAM + " check " + conf + " >/dev/full"}};
  CHECK(program.wait() == 1);
  CHECK(program.err() == "cafka: standard output cannot be written\n");
}

TEST_CASE("every command has help, and the program a version") {
  for (auto command : {"run", "check", "offsets", "produce", "demo"}) {
    auto x = run_program({command, "--help"});
    CHECK(x.code == 0);
    CHECK(x.out_has("Usage"));
  }
  auto help = run_program({"--help"});
  CHECK(help.code == 0);
  for (auto text : {"run", "check", "offsets", "produce", "Exit codes", "143"})
    CHECK(help.out_has(text));
  auto version = run_program({"--version"});
  CHECK(version.code == 0);
  CHECK(version.out.rfind("cafka ", 0) == 0);
  CHECK(run_program({}).code == 2);
}
