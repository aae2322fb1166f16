#include "support/app_process.hpp"
#include "support/catch.hpp"

#include <algorithm>

using namespace cafka::test;

namespace {

/// The program with `demo` and these arguments.
std::vector<std::string> demo(std::vector<std::string> args) {
  args.insert(args.begin(), {CAFKA_PROGRAM, "demo"});
  return args;
}

std::string dpkg_log(int packages) {
  std::string result = "2024-06-11 06:00:00 startup archives unpack\n";
  for (int i = 0; i < packages; ++i)
    for (auto state : {"half-configured", "unpacked", "installed"})
      result += std::string{"2024-06-11 06:00:01 status "} + state + " lib"
                + std::to_string(i) + ":amd64 1.0-" + std::to_string(i) + "\n";
  return result;
}

std::string one_key_log(int lines) {
  std::string result;
  for (int i = 0; i < lines; ++i)
    result += "the-key value " + std::to_string(i) + "\n";
  return result;
}

/// The output's line for the check of this name; empty: there is none.
std::string line_of(const std::string& out, const std::string& text) {
  auto at = out.find(text);
  if (at == std::string::npos)
    return {};
  auto begin = out.rfind('\n', at) + 1;
  return out.substr(begin, out.find('\n', at) - begin);
}

const std::vector<std::string> checks{
  "every line was handled",        "offsets rose",
  "the last state of every key",   "every commit, when sent",
  "committed offsets are the end", "all planned failures happened",
};

/// Names of the checks that failed, in the order of `checks`.
std::vector<std::string> failed_checks(const std::string& out) {
  std::vector<std::string> result;
  for (auto& x : checks)
    if (line_of(out, x).find("FAILED") == 0)
      result.push_back(x);
  return result;
}

std::size_t count_ok(const std::string& out) {
  auto is_ok = [&](const std::string& x) {
    return line_of(out, x).find("ok ") == 0;
  };
  return static_cast<std::size_t>(
    std::count_if(checks.begin(), checks.end(), is_ok));
}

} // namespace

TEST_CASE("the demo survives its failures and all its checks are ok") {
  scratch_directory files;
  auto log = files.write("dpkg.log", dpkg_log(200));
  app_process program{demo({"--input", log, "--seed", "42"})};
  auto code = program.wait();
  auto& out = program.out();
  INFO(out << program.err());
  CHECK(code == 0);
  CHECK(program.err().empty());
  CHECK(count_ok(out) == checks.size());
  CHECK(line_of(out, "seed    ").find("42") != std::string::npos);
  CHECK(line_of(out, "records    ").find("601 of 601") != std::string::npos);
  CHECK(line_of(out, "group restarts  ").find(" 2") != std::string::npos);
  CHECK(line_of(out, "the last state of every key").find("201 keys")
        != std::string::npos);
  // It is no terminal: progress comes in lines of their own.
  CHECK(out.find("\r") == std::string::npos);
  CHECK(line_of(out, "joining the group\n").ends_with("s  joining the group"));
  CHECK(line_of(out, "joining the group again").find("its coordinator died")
        != std::string::npos);
  CHECK(line_of(out, " of 601 handled, ").find(", lag ") != std::string::npos);
  CHECK(out.find(", 0 records/s") == std::string::npos);
}

TEST_CASE("an ack that is left out leaves the commit short of the end") {
  scratch_directory files;
  auto log = files.write("dpkg.log", dpkg_log(40));
  app_process program{
    demo({"--input", log, "--seed", "1", "--sabotage", "skip-ack"})};
  auto code = program.wait();
  INFO(program.out() << program.err());
  CHECK(code == 1);
  CHECK(failed_checks(program.out()) == std::vector{checks[4]});
}

TEST_CASE("a commit before its records are handled is seen when it is sent") {
  scratch_directory files;
  auto log = files.write("dpkg.log", dpkg_log(40));
  app_process program{
    demo({"--input", log, "--seed", "2", "--sabotage", "early-commit"})};
  auto code = program.wait();
  INFO(program.out() << program.err());
  CHECK(code == 1);
  CHECK(failed_checks(program.out()) == std::vector{checks[3]});
}

TEST_CASE("a record that is lost is named by its line") {
  scratch_directory files;
  auto log = files.write("dpkg.log", dpkg_log(40));
  app_process program{
    demo({"--input", log, "--seed", "3", "--sabotage", "lose-record"})};
  auto code = program.wait();
  INFO(program.out() << program.err());
  CHECK(code == 1);
  auto failed = failed_checks(program.out());
  REQUIRE_FALSE(failed.empty());
  CHECK(failed.front() == checks[0]);
  CHECK(line_of(program.out(), checks[0]).find("line ") != std::string::npos);
}

TEST_CASE(
  "records that change places are seen, also where five partitions are empty") {
  scratch_directory files;
  auto log = files.write("one.log", one_key_log(400));
  app_process program{demo({"--input", log, "--key-field", "1", "--seed", "4",
                            "--sabotage", "reorder"})};
  auto code = program.wait();
  INFO(program.out() << program.err());
  CHECK(code == 1);
  CHECK(failed_checks(program.out()) == std::vector{checks[1]});
  CHECK(line_of(program.out(), checks[4]).find("1 partitions")
        != std::string::npos);
}

TEST_CASE("lines are bytes: any but a newline, none at all, or a million") {
  scratch_directory files;
  std::string bytes;
  for (int i = 0; i < 256; ++i)
    if (i != '\n')
      bytes += static_cast<char>(i);
  auto content = "k " + bytes + "\r\n" // CRLF: the CR belongs to the line
                 + "\n\n"              // empty lines are records
                 + std::string(1, '\0') + "\n" + "k "
                 + std::string(999'998, 'x') + "\n"
                 + std::string(1'000'000, 'y') + "\n" // its own key, too
                 + "k the last line has no newline";
  auto log = files.write("odd", content);
  // The first field would be the key `k`; hardly any line has a second one.
  app_process program{
    demo({"--input", log, "--key-field", "1", "--seed", "5"})};
  auto code = program.wait();
  INFO(program.out() << program.err());
  CHECK(code == 0);
  CHECK(count_ok(program.out()) == checks.size());
  CHECK(line_of(program.out(), checks[0]).find("7 of 7 lines")
        != std::string::npos);
}

TEST_CASE("an empty log is replayed, and the demo says that it is empty") {
  scratch_directory files;
  app_process program{demo({"--input", files.write("empty", "")})};
  auto code = program.wait();
  INFO(program.out() << program.err());
  CHECK(code == 0);
  CHECK(program.out().find("the input is empty") != std::string::npos);
  CHECK(count_ok(program.out()) == checks.size());
}

TEST_CASE("an input that cannot be used is one clear error and exit code 2") {
  scratch_directory files;
  auto refusal = [](const std::string& input) {
    app_process program{demo({"--input", input})};
    CHECK(program.wait() == 2);
    CHECK(program.out().empty());
    CHECK(std::count(program.err().begin(), program.err().end(), '\n') == 1);
    CHECK(program.err().find(input) != std::string::npos);
    return program.err();
  };
  CHECK(refusal(files.path("missing")).find("No such file")
        != std::string::npos);
  CHECK(refusal(files.path()).find("directory") != std::string::npos);
  CHECK(refusal("/dev/null").find("regular file") != std::string::npos);
  auto long_line = files.write("long",
                               "a\n" + std::string(1'000'001, 'x') + "\nb\n");
  CHECK(refusal(long_line).find("line 2 is longer than 1000000 bytes")
        != std::string::npos);
}

TEST_CASE("wrong arguments are named, with exit code 2") {
  auto refusal = [](const std::vector<std::string>& args) {
    app_process program{demo(args)};
    CHECK(program.wait() == 2);
    CHECK(program.out().empty());
    return program.err();
  };
  for (auto field : {"0", "-1", "x", "1000001"})
    CHECK(refusal({"--key-field", field}).find("--key-field")
          != std::string::npos);
  CHECK(refusal({"--seed", "x"}).find("--seed") != std::string::npos);
  CHECK(refusal({"--sabotage", "x"}).find("skip-ack") != std::string::npos);
  CHECK(refusal({"--nonsense"}).find("--nonsense") != std::string::npos);
}

TEST_CASE("help tells the commands, the arguments and the exit codes") {
  app_process program{{CAFKA_PROGRAM, "--help"}};
  CHECK(program.wait() == 0);
  CHECK(program.out().find("demo") != std::string::npos);
  app_process command{demo({"--help"})};
  CHECK(command.wait() == 0);
  for (auto text : {"--input", "--key-field", "--seed", "--sabotage", "130"})
    CHECK(command.out().find(text) != std::string::npos);
}

TEST_CASE("a stop signal ends the demo cleanly at any time") {
  scratch_directory files;
  auto log = files.write("dpkg.log", dpkg_log(100));
  app_process joining{demo({"--input", log})};
  REQUIRE(joining.await_output("joining the group"));
  joining.send(SIGINT);
  CHECK(joining.wait() == 130);
  CHECK(joining.err().empty());
  // Then there are workers, and perhaps a coordinator that is about to die.
  app_process handling{demo({"--input", log})};
  REQUIRE(handling.await_output(" of 301 handled, "));
  handling.send(SIGTERM);
  CHECK(handling.wait() == 143);
  CHECK(handling.out().find("stopped by a signal") != std::string::npos);
  CHECK(handling.err().empty());
}
