// `cafka ctl`, against a server whose groups are what the test says.

#include "support/http_site.hpp"
#include "support/run_program.hpp"
#include "support/terminal_process.hpp"

#include <algorithm>
#include <thread>

#include <netinet/in.h>
#include <sys/socket.h>

using namespace cafka;
using namespace cafka::test;

namespace {

constexpr auto token = "0123456789abcdef";

/// A server, and what the command does with it.
struct ctl_world {
  explicit ctl_world(http::access_rules rules = {"", true, {}})
    : site(std::move(rules)) {
    show({test::seen_group(
      {running_partition("orders", 0), failing_partition("orders", 3)})});
  }

  void show(std::vector<http::seen_group> groups) {
    site.show(snapshot_of(std::move(groups)));
  }
  std::string address() const {
    return "127.0.0.1:" + std::to_string(site.port());
  }
  outcome run(std::vector<std::string> args,
              const app_input& input = {}) const {
    args.insert(args.begin(), {"ctl", "--http", address()});
    auto result = run_program(args, input);
    UNSCOPED_INFO(result.out << result.err);
    return result;
  }

  http_site site;
  scratch_directory files;
};

/// Answers whoever asks with these bytes.
class canned_server {
public:
  explicit canned_server(std::string answer) : answer_(std::move(answer)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    auto* address = reinterpret_cast<sockaddr*>(&at);
    REQUIRE(bind(fd_, address, size) == 0);
    REQUIRE(listen(fd_, 1) == 0);
    getsockname(fd_, address, &size);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread{[this] { serve(); }};
  }
  ~canned_server() {
    shutdown(fd_, SHUT_RDWR); // accept() ends
    thread_.join();
    close(fd_);
  }
  std::string address() const {
    return "127.0.0.1:" + std::to_string(port_);
  }

private:
  void serve() const {
    for (;;) {
      auto client = accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0)
        return;
      char asked[4'096];
      static_cast<void>(recv(client, asked, sizeof asked, 0));
      send(client, answer_.data(), answer_.size(), MSG_NOSIGNAL);
      close(client);
    }
  }

  const std::string answer_;
  const int fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int port_ = 0;
  std::thread thread_;
};

record_excerpt failing_record() {
  record_excerpt result;
  result.offset = 100;
  result.failures = 3;
  result.value = {false, 9, "bad\x1b[2Jdata"};
  return result;
}

} // namespace

// -- looking ------------------------------------------------------------------

TEST_CASE("ctl status prints how each group is, and its partitions") {
  ctl_world w;
  auto x = w.run({"status"});
  CHECK(x.code == 0);
  CHECK(x.err.empty());
  CHECK(x.out_has("orders (order-readers): 1 of 2 partitions run; orders/3 "
                  "fails at 100 since 4 min (exit 65), next try in 12 s\n"));
  CHECK(x.out_has("\norders/3   backoff"));
  CHECK(x.out_has("\norders/0   running"));
}

TEST_CASE("ctl status --json prints what the server tells") {
  ctl_world w;
  auto x = w.run({"status", "--json"});
  CHECK(x.code == 0);
  CHECK(x.out.starts_with("{"));
  CHECK(x.out_has("\"failing_offset\":100"));
}

TEST_CASE(
  "ctl record prints the record that a partition stands at, or why there "
  "is none") {
  ctl_world w;
  auto none = w.run({"record", "orders/0"});
  CHECK(none.code == 1);
  CHECK(none.err_has("orders/0: "));
  w.site.show_record(failing_record());
  auto x = w.run({"record", "orders/3"});
  CHECK(x.code == 0);
  CHECK(x.out_has("offset     100\n"));
  CHECK(x.out_has("bad\\x1b[2Jdata"));
}

// -- intents ------------------------------------------------------------------

TEST_CASE("ctl sends each intent with who and why, and prints what became of "
          "it") {
  ctl_world w;
  w.site.show_record(failing_record());
  const std::vector<std::string> why{"--reason", "deploy", "--who", "ann"};
  auto run = [&](std::vector<std::string> args) {
    args.insert(args.end(), why.begin(), why.end());
    auto x = w.run(args);
    CHECK(x.code == 0);
    CHECK(x.err.empty());
    return x.out;
  };
  CHECK(run({"pause", "orders/3"})
        == "pause of orders/3 in group orders: it is done\n");
  CHECK(run({"pause", "orders"})
        == "pause of all of orders in group orders: it is done\n");
  CHECK(run({"resume", "--all"})
        == "resume of all partitions in group orders: it is done\n");
  run({"restart", "orders/3"});
  run({"move", "orders/0", "--to", "2026-11-29T13:05:09Z"});
  run({"dispose", "orders/3", "--step", "skip", "--offset", "100", "--yes"});
  auto asked = w.site.asked();
  REQUIRE(asked.size() == 6);
  auto& pause = std::get<pause_partitions>(asked[0].what);
  CHECK(pause.topic == "orders");
  CHECK(pause.partition == 3);
  CHECK(pause.who == "ann");
  CHECK(pause.reason == "deploy");
  CHECK(std::get<pause_partitions>(asked[1].what).partition == -1);
  CHECK(std::get<resume_partitions>(asked[2].what).topic.empty());
  CHECK(std::get<restart_worker>(asked[3].what).partition == 3);
  CHECK(std::get<move_partition>(asked[4].what).to.what
        == target_position::kind::time);
  auto& dispose = std::get<dispose_record>(asked[5].what);
  CHECK(dispose.offset == 100);
  CHECK(dispose.step == failure_step::skip);
}

TEST_CASE(
  "an intent that was not carried out ends ctl with 1 and what the group "
  "says") {
  ctl_world w;
  w.site.reply({operation_result::busy, "it is being moved", -1});
  auto x = w.run({"restart", "orders/3", "--reason", "r"});
  CHECK(x.code == 1);
  CHECK(x.out.empty());
  CHECK(x.err_has("cafka ctl restart: restart of orders/3 in group orders was "
                  "not done: it is being moved (busy)"));
  w.site.reply({operation_result::unchanged, "not paused: orders/3", -1});
  auto same = w.run({"resume", "orders/3", "--reason", "r"});
  CHECK(same.code == 0);
  CHECK(same.out_has("not paused: orders/3 (nothing was changed)"));
}

TEST_CASE("ctl dispose shows the record first, and does nothing without a "
          "yes") {
  ctl_world w;
  w.site.show_record(failing_record());
  auto x = w.run({"dispose", "orders/3", "--step", "skip", "--reason", "r"});
  CHECK(x.code == 2);
  CHECK(x.out_has("bad\\x1b[2Jdata"));
  CHECK(x.err_has("orders/3 at 100 is skipped, and not handled. Without a "
                  "terminal --yes is required"));
  CHECK(w.site.asked().empty());
  auto blind = w.run(
    {"dispose", "orders/3", "--step", "skip", "--reason", "r", "--yes"});
  CHECK(blind.code == 2);
  CHECK(blind.err_has("--yes needs --offset"));
  CHECK(w.site.asked().empty());
}

TEST_CASE("ctl dispose of a partition without a failing record says so") {
  ctl_world w;
  auto x = w.run({"dispose", "orders/0", "--step", "skip", "--reason", "r"});
  CHECK(x.code == 1);
  CHECK(x.err_has("orders/0: no record of it fails"));
  CHECK(w.site.asked().empty());
}

// -- what is wrong ------------------------------------------------------------

TEST_CASE("ctl names an address that is missing or none, and what is allowed") {
  auto missing = run_program({"ctl", "status"});
  CHECK(missing.code == 2);
  CHECK(missing.err_has("--http"));
  for (auto* address : {"127.0.0.1", "http://127.0.0.1:80", "127.0.0.1:0"}) {
    auto x = run_program({"ctl", "--http", address, "status"});
    CHECK(x.code == 2);
    CHECK(x.err_has(std::string{"--http "} + address + ": a host and a port"));
  }
}

TEST_CASE("ctl names an address where nobody answers") {
  ctl_world w;
  auto address = w.address();
  w.site.end();
  for (auto* command : {"ctl", "top"}) {
    auto x = std::string{command} == "top"
               ? run_program({command, "--http", address})
               : run_program({command, "--http", address, "status"});
    INFO(x.err);
    CHECK(x.code == 6);
    CHECK(x.err_has(address + ": nobody answers there"));
    CHECK(x.lines() == 1);
  }
}

TEST_CASE(
  "ctl says that a token is wanted, that one is refused, and that a file "
  "has none") {
  ctl_world w{{token, true, {}}};
  auto none = w.run({"status"});
  CHECK(none.code == 6);
  CHECK(none.err_has(w.address()
                     + " wants a token: --token-file says where it is"));
  auto wrong = w.files.write("wrong", "0123456789abcdee\n");
  auto refused = w.run({"status", "--token-file", wrong});
  CHECK(refused.code == 6);
  CHECK(refused.err_has(w.address() + " refuses the token in " + wrong));
  CHECK_FALSE(refused.err_has("0123456789abcdee"));
  auto empty = w.run({"status", "--token-file", w.files.write("empty", "")});
  CHECK(empty.code == 2);
  CHECK(empty.err_has("a file with one token"));
  auto right = w.files.write("right", std::string{token} + "\n");
  CHECK(w.run({"status", "--token-file", right}).code == 0);
  auto restart
    = w.run({"restart", "orders/3", "--reason", "r", "--token-file", right});
  CHECK(restart.code == 0);
}

TEST_CASE("ctl says that operations are off, and what allows them") {
  ctl_world w{{"", false, {}}};
  auto x = w.run({"pause", "orders/3", "--reason", "r"});
  CHECK(x.code == 6);
  CHECK(x.err_has(w.address()
                  + ": operations are off there: http.operations = "
                    "true in its config file allows them"));
  CHECK(w.site.asked().empty());
}

TEST_CASE("ctl names a partition that is not held and those that are, and a "
          "group that does not run and those that do") {
  ctl_world w;
  auto unheld = w.run({"restart", "orders/9", "--reason", "r"});
  CHECK(unheld.code == 2);
  CHECK(unheld.err_has("orders/9: this member of group orders holds orders/0, "
                       "3"));
  auto whole = w.run({"restart", "orders", "--reason", "r"});
  CHECK(whole.code == 2);
  CHECK(whole.err_has("orders: one partition is wanted, as orders/3"));
  auto nameless = w.run({"pause", "/3", "--reason", "r"});
  CHECK(nameless.code == 2);
  CHECK(nameless.err_has("/3: TOPIC/NUMBER, as orders/3"));
  auto group
    = w.run({"--group", "billing", "restart", "orders/3", "--reason", "r"});
  CHECK(group.code == 2);
  CHECK(group.err_has("--group billing: no group of this name runs there; "
                      "orders does"));
  auto second = test::seen_group({running_partition("orders", 1)});
  second.name = "billing";
  w.show({test::seen_group({running_partition("orders", 0)}), second});
  auto several = w.run({"restart", "orders/1", "--reason", "r"});
  CHECK(several.code == 2);
  CHECK(several.err_has("--group says which: orders, billing"));
  CHECK(w.site.asked().empty());
  CHECK(
    w.run({"--group", "billing", "restart", "orders/1", "--reason", "r"}).code
    == 0);
}

TEST_CASE("ctl refuses an intent without a reason, a step or a place to go") {
  ctl_world w;
  for (auto& args : std::vector<std::vector<std::string>>{
         {"pause", "orders/3"},
         {"pause", "orders/3", "--reason", ""},
         {"pause", "--reason", "r"},
         {"pause", "orders/3", "--all", "--reason", "r"},
         {"dispose", "orders/3", "--reason", "r"},
         {"dispose", "orders/3", "--step", "stop-group", "--reason", "r"},
         {"move", "orders/3", "--reason", "r"},
         {"move", "orders/3", "--to", "yesterday", "--reason", "r"},
         {"nothing"},
         {}}) {
    auto x = w.run(args);
    CHECK(x.code == 2);
    CHECK_FALSE(x.err.empty());
  }
  CHECK(w.site.asked().empty());
}

TEST_CASE("ctl says that something else answers at an address, and moves no "
          "cursor with what that says") {
  canned_server page{"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>"};
  auto x = run_program({"ctl", "--http", page.address(), "status"});
  CHECK(x.code == 6);
  CHECK(x.err_has(page.address() + " is no cafka of this version"));
  canned_server rude{"HTTP/1.1 500 No\r\nContent-Length: 5\r\n\r\n\x1b[2Jx"};
  auto y = run_program({"ctl", "--http", rude.address(), "status"});
  CHECK(y.code == 6);
  CHECK(y.err_has(rude.address() + " answers 500: \\x1b[2Jx"));
  CHECK(y.err.find('\x1b') == std::string::npos);
}

TEST_CASE("ctl dispose asks on a terminal, and goes on with a yes") {
  ctl_world w;
  w.site.show_record(failing_record());
  const std::vector<std::string> args{
    CAFKA_PROGRAM, "ctl",    "--http",      w.address(), "dispose",
    "orders/3",    "--step", "dead-letter", "--reason",  "r"};
  terminal_process no{args};
  REQUIRE(no.await("bad\\x1b[2Jdata"));
  REQUIRE(no.await("orders/3 at 100 is written to the dead letters, and not "
                   "handled. Go on? [y/N]"));
  no.type("n\n");
  CHECK(no.wait() == 2);
  CHECK(w.site.asked().empty());
  terminal_process yes{args};
  REQUIRE(yes.await("Go on? [y/N]"));
  yes.type("y\n");
  CHECK(yes.await("it is done"));
  CHECK(yes.wait() == 0);
  REQUIRE(w.site.asked().size() == 1);
  CHECK(std::get<dispose_record>(w.site.asked()[0].what).offset == 100);
}

// -- top ----------------------------------------------------------------------

TEST_CASE("top prints the table once where standard output is no terminal") {
  ctl_world w;
  auto x = run_program({"top", "--http", w.address()});
  CHECK(x.code == 0);
  CHECK(x.err.empty());
  CHECK(x.out == w.run({"status"}).out);
  CHECK(x.out.find('\033') == std::string::npos);
}

TEST_CASE("top on a terminal follows what changes, within its lines and "
          "columns, until a signal ends it") {
  ctl_world w;
  terminal_process top{{CAFKA_PROGRAM, "top", "--http", w.address()}, 10, 60};
  REQUIRE(top.await("orders/3"));
  auto first = top.got();
  std::vector<partition_status> all;
  for (partition_t i = 0; i < 50; ++i)
    all.push_back(running_partition("orders", i));
  w.show({test::seen_group(all)});
  REQUIRE(top.await("50 of 50 partitions run"));
  REQUIRE(top.await("more"));
  REQUIRE(top.await("\033[J")); // a whole picture
  auto whole = top.got().substr(0, top.got().rfind("\033[J"));
  auto picture = whole.substr(whole.rfind("\033[H"));
  CHECK(std::ranges::count(picture, '\n') == 9);
  w.site.end();
  REQUIRE(top.await("NO ANSWER"));
  REQUIRE(top.await("50 of 50 partitions run")); // what was seen last
  top.type("\x03");
  CHECK(top.wait() == 130);
}
