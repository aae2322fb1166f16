#include "support/catch.hpp"
#include "support/config_text.hpp"
#include "support/run_program.hpp"

#include <filesystem>

using namespace cafka::test;
using namespace std::string_literals;

namespace {

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
                 {"--cafka.kafka.security-protocol=sasl_plaintext",
                  "--cafka.kafka.sasl-mechanisms=PLAIN",
                  "--cafka.kafka.sasl.username=reader",
                  "--cafka.kafka.sasl.password=s3cret"});
  INFO(x.out << x.err);
  CHECK(x.code == 0);
  CHECK(x.out_has("sasl-password = (hidden)"));
  CHECK_FALSE(x.out_has("s3cret"));
  CHECK(x.err
        == "cafka check: warning: the value of --cafka.kafka.sasl.password "
           "stands in the list of processes; file:PATH or env:NAME in its "
           "place says where it is\n");
}

TEST_CASE("check reads secrets from where they stand, and shows none") {
  scratch_directory files;
  auto x = check(group_config_text("b:9092"),
                 {"--cafka.kafka.security-protocol=sasl_plaintext",
                  "--cafka.kafka.sasl-mechanisms=PLAIN",
                  "--cafka.kafka.sasl.username=reader",
                  "--cafka.kafka.sasl.password=file:"
                    + files.write("password", "s3cret\n")});
  INFO(x.out << x.err);
  CHECK(x.code == 0);
  CHECK(x.err.empty());
  CHECK(x.out_has("sasl-password = (hidden)"));
  CHECK_FALSE(x.out_has("s3cret"));
  auto none = check(group_config_text("b:9092"),
                    {"--cafka.kafka.sasl.password=env:CAFKA_NO_SUCH"});
  CHECK(none.code == 2);
  CHECK(none.err_has("cafka.kafka.sasl-password = env:CAFKA_NO_SUCH: there is "
                     "no such environment variable"));
}

TEST_CASE("check tells all that is wrong at once, with exit code 2") {
  auto x = check(group_config_text("b", "batch-sizes = 7\nmax-bytes = \"x\""),
                 {"--cafka.topics=[]", "--cafka.handler=nobody"});
  INFO(x.err);
  CHECK(x.code == 2);
  CHECK(x.out.empty());
  CHECK(x.err_has("cafka.endpoints = \"b\": host:port"));
  CHECK(x.err_has("cafka.batch-sizes = 7: no such key, but batch-size is"));
  CHECK(x.err_has("cafka.max-bytes = \"x\": a whole number"));
  CHECK(x.err_has("cafka.topics = []: at least one topic"));
  CHECK(x.err_has("cafka.handler = \"nobody\": one of: count, exec, print"));
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
  auto deep = check("a = " + std::string(100'000, '[') + "\n");
  CHECK(deep.code == 2);
  CHECK(deep.err_has("line 1, column 69: nested deeper than 64"));
  CHECK(deep.lines() == 1);
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
  CHECK(x.lines() == 6);
  CHECK(x.err_has("--cafka.group: it must have the form --cafka.key=value"));
  CHECK(x.err_has("--cafka..x: it must have the form --cafka.key=value"));
  CHECK(x.err_has("--cafka.: it must have the form --cafka.key=value"));
  CHECK(x.err_has("--nonsense: no such argument"));
  CHECK(x.err_has("a word behind CONFIG belongs to no argument"));
  CHECK(x.err_has("cafka.batch-size = \"many\": a whole number"));
}

TEST_CASE("no error of an argument shows a secret") {
  scratch_directory files;
  auto conf = files.write("a.conf", group_config_text("b:9092"));
  auto refusal = [](std::vector<std::string> args) {
    args.insert(args.begin(), "check");
    auto x = run_program(args);
    INFO(x.err);
    CHECK(x.code == 2);
    CHECK(x.out.empty());
    CHECK_FALSE(x.err_has("hunter2"));
    return x.err;
  };
  auto wrong_form = [](const std::string& key) {
    return "cafka check: " + key + ": it must have the form --cafka.key=value";
  };
  auto password = "--cafka.kafka.sasl-password"s;
  CHECK(has(refusal({conf, "--cafka.kafka..sasl-password=hunter2"}),
            wrong_form("--cafka.kafka..sasl-password")));
  CHECK(has(refusal({conf, password, "hunter2"}), wrong_form(password)));
  CHECK(has(refusal({password, "hunter2", conf}), wrong_form(password)));
  CHECK(has(refusal({conf, "--kafka.sasl-password=hunter2"}),
            "--kafka.sasl-password: no such argument"));
  refusal({conf, "sasl-password=hunter2"});
  refusal({conf, "-phunter2"});
}

TEST_CASE("check accepts every sample") {
  auto count = 0;
  for (auto& x : std::filesystem::directory_iterator{CAFKA_CONFIG_DIRECTORY}) {
    if (x.path().extension() != ".conf")
      continue;
    ++count;
    auto checked = run_program({"check", "--quiet", x.path().string()});
    INFO(x.path() << checked.err);
    CHECK(checked.code == 0);
    CHECK(checked.out == "ok\n");
  }
  CHECK(count == 4);
}

TEST_CASE("endpoints on the command line are those of every group") {
  scratch_directory files;
  auto beside = group_config_text("b:9092", R"(
    groups {
      billing {
        group = "billing"
        topics = ["orders"]
        handler = "count"
      }
    })");
  auto x = check(beside, {"--endpoints", "c:1"});
  INFO(x.out << x.err);
  CHECK(x.code == 0);
  auto endpoints = "endpoints = [\"c:1\"]\n"s;
  auto first = x.out.find(endpoints);
  REQUIRE(first != std::string::npos);
  CHECK(x.out.find(endpoints, first + 1) != std::string::npos);
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
