#include "support/catch.hpp"
#include "support/run_status.hpp"
#include "support/run_world.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace cafka;
using namespace cafka::test;

namespace {

/// The program with these arguments, started by a shell that does what stands
/// in front of it and behind.
std::vector<std::string> by_shell(const std::string& args,
                                  const std::string& redirections,
                                  const std::string& before = {}) {
  return {"/bin/sh", "-c",
          before + "exec " + CAFKA_PROGRAM + " " + args + " " + redirections};
}

std::string text_of(const std::string& path) {
  std::ifstream in{path};
  return {std::istreambuf_iterator{in}, {}};
}

/// The offsets of the records in the file, each a whole line.
std::vector<int> offsets_in(const std::string& path) {
  std::vector<int> result;
  std::istringstream in{text_of(path)};
  for (std::string line; std::getline(in, line);)
    result.push_back(nlohmann::json::parse(line).at("offset"));
  return result;
}

std::string what_is_open(pid_t pid, int fd) {
  return std::filesystem::read_symlink("/proc/" + std::to_string(pid) + "/fd/"
                                       + std::to_string(fd))
    .string();
}

} // namespace

TEST_CASE("standard files that are closed become none of the client's") {
  run_world w;
  w.send("k", "v");
  app_process program{
    by_shell("run " + w.conf + " --cafka.handler=count", "<&- >&-")};
  REQUIRE(program.await_error(" assigned generation="));
  for (auto fd : {STDIN_FILENO, STDOUT_FILENO})
    CHECK(what_is_open(program.id(), fd) == "/dev/null");
  program.send(SIGTERM);
  CHECK(program.wait() == 0);
}

TEST_CASE("a command without the standard file that it needs is refused") {
  run_world w;
  w.send("k", "v");
  auto refused = [](const std::string& args, const std::string& redirection,
                    const std::string& words) {
    app_process program{by_shell(args, redirection)};
    auto code = program.wait();
    INFO(args << redirection << program.err());
    CHECK(code == 2);
    CHECK(has(program.err(), words));
    CHECK(std::count(program.err().begin(), program.err().end(), '\n') == 1);
  };
  for (auto closed : {">&-", "<&- >&-", "1</dev/null"}) {
    refused("run " + w.conf, closed,
            "cafka run: group orders, handler print: standard output is "
            "closed");
    refused("check " + w.conf, closed,
            "cafka check: standard output is closed");
    refused("offsets " + w.conf, closed,
            "cafka offsets: standard output is closed");
    refused("verifiable-consumer --bootstrap-server b:1 --topic t --group-id g",
            closed, "cafka verifiable-consumer: standard output is closed");
    refused("demo", closed, "cafka demo: standard output is closed");
    refused("bench-consumer", closed,
            "cafka bench-consumer: standard output is closed");
  }
  for (auto closed : {"<&-", "0>/dev/null"})
    refused("produce " + w.conf + " orders", closed,
            "cafka produce: standard input is closed");
  CHECK(has(output_of({"offsets", w.conf}),
            "order-readers  orders          0          -    1    -\n"));
}

TEST_CASE("a file that was full holds whole lines, and a later run goes on") {
  run_world w{"batch-size = 1"};
  w.send("k", std::string(1'000, 'x'), {}, 3);
  auto file = w.files.path("out");
  // In blocks of 512 bytes: a record and a part of the next one.
  app_process first{by_shell("run " + w.conf, ">>" + file, "ulimit -f 3; ")};
  REQUIRE(first.await_error("standard output: File too large"));
  first.send(SIGTERM);
  first.wait();
  CHECK(offsets_in(file) == std::vector{0});
  app_process second{by_shell("run " + w.conf, ">>" + file)};
  await_watermarks(second, 3);
  second.send(SIGTERM);
  CHECK(second.wait() == 0);
  CHECK(offsets_in(file) == std::vector{0, 1, 2});
}

TEST_CASE("a run begins a line of its own in a file that ends within one") {
  run_world w;
  w.send("k", "v");
  auto file = w.files.write("out", "{\"torn");
  app_process program{by_shell("run " + w.conf, ">>" + file)};
  await_watermarks(program, 1);
  program.send(SIGTERM);
  CHECK(program.wait() == 0);
  CHECK(text_of(file).starts_with("{\"torn\n{\"topic\":"));
}

TEST_CASE("the soft limit of open files is raised to the hard one") {
  run_world w;
  app_process program{
    by_shell("run " + w.conf, "", "ulimit -Sn 64; ulimit -Hn 4000; ")};
  REQUIRE(program.await_error(" assigned generation="));
  auto limits = text_of("/proc/" + std::to_string(program.id()) + "/limits");
  std::istringstream line{limits.substr(limits.find("Max open files"))};
  std::string words[3];
  int soft = 0;
  int hard = 0;
  line >> words[0] >> words[1] >> words[2] >> soft >> hard;
  CHECK(soft == 4'000);
  CHECK(hard == 4'000);
  program.send(SIGTERM);
  CHECK(program.wait() == 0);
}
