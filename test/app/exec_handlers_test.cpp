/// Handlers that are programs, called by the test itself: revokes come when it
/// says so.

#include "exec_handlers/exec_handlers.hpp"

#include "support/batch.hpp"
#include "support/catch.hpp"
#include "support/run_program.hpp"
#include "support/scratch_directory.hpp"

#include <condition_variable>
#include <fstream>
#include <future>
#include <mutex>
#include <sstream>
#include <thread>

#include <sys/stat.h>
#include <unistd.h>

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;
using kind = handler_answer::kind;
using test_clock = std::chrono::steady_clock;

namespace {

/// What is awaited here comes at once; only a machine that stands still needs
/// more.
constexpr auto patience = 50s;

/// Of a partition, as its worker has it.
struct called {
  handler_answer handle(const std::vector<batch_record>& xs) {
    auto batch = batch_of(xs, notice);
    return handler->handle(batch);
  }
  handler_answer handle(offset_t offset = 12) {
    return handle({{offset, "k", "v"}});
  }
  std::future<handler_answer> begin(offset_t offset = 12) {
    return std::async(std::launch::async,
                      [this, offset] { return handle(offset); });
  }
  void announce(duration left) {
    notice->announce(test_clock::now() + left);
  }
  /// Blocks until it ended its worker.
  std::optional<worker_end> await_end() {
    std::unique_lock lock{mutex};
    changed.wait_for(lock, patience, [&] { return end.has_value(); });
    return end;
  }

  std::shared_ptr<revocation_notice> notice
    = std::make_shared<revocation_notice>();
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<worker_end> end;
  std::unique_ptr<message_handler> handler;
};

struct handlers_world {
  /// Lets the group run a script.
  void shell(const std::string& script, exec_options what = {}) {
    what.command = {"sh", "-c", script};
    set(std::move(what));
  }
  void python(const std::string& script) {
    exec_options what;
    what.command = {"/usr/bin/python3", "-c", script};
    set(std::move(what));
  }
  void set(exec_options what) {
    what.environment["HERE"] = files.path();
    options.config.name = "o";
    options.config.group = "readers";
    options.log = [this](const log_record& x) {
      std::lock_guard lock{mutex};
      log += x.text + "\n";
    };
    auto failure = exec_handlers::set_handler(nullptr, options, what);
    INFO(text_of(failure));
    REQUIRE_FALSE(failure);
  }
  std::unique_ptr<called> build() {
    auto result = std::make_unique<called>();
    auto* to = result.get();
    result->handler
      = options.handler({{"readers", "orders", 3, {7}}, {}, [to](worker_end x) {
                           std::lock_guard lock{to->mutex};
                           if (!to->end)
                             to->end = std::move(x);
                           to->changed.notify_all();
                         }});
    return result;
  }
  bool await_file(const std::string& name) const {
    auto end = test_clock::now() + patience;
    while (access(files.path(name).c_str(), F_OK) != 0) {
      if (test_clock::now() > end)
        return false;
      std::this_thread::yield();
    }
    return true;
  }
  bool await_log(const std::string& text) {
    auto end = test_clock::now() + patience;
    while (!has(logged(), text)) {
      if (test_clock::now() > end)
        return false;
      std::this_thread::yield();
    }
    return true;
  }
  std::string content(const std::string& name) const {
    std::ifstream in{files.path(name)};
    std::stringstream result;
    result << in.rdbuf();
    return result.str();
  }
  std::string logged() {
    std::lock_guard lock{mutex};
    return log;
  }

  scratch_directory files;
  group_options options;
  std::mutex mutex;
  std::string log;
};

bool is_not_handled(const handler_answer& x, offset_t offset = 12) {
  return x.what() == kind::ack_through && x.offset() == offset - 1;
}

exec_options pool_of(std::size_t n) {
  exec_options result;
  result.processes = n;
  return result;
}

exec_options batches(exec_input input = exec_input::json) {
  exec_options result;
  result.life = exec_life::batch;
  result.input = input;
  return result;
}

/// Its first batch it answers twice, and ignores the SIGTERM that follows.
/// Another process answers 13, and says so in a file.
const std::string answers_twice = R"(read -r line
case "$line" in *'"offset":13,'*)
  echo > "$HERE/given"; echo '{"ack":true}'; cat > /dev/null; exit 0;;
esac
trap '' TERM; echo '{"ack":true}'; echo '{"ack":true}'
)";

/// Answers each batch, and says in a file of the process's which ones it got.
constexpr auto acks = R"(while read -r line; do
case "$line" in *records*) echo '{"ack":true}'; echo x >> "$HERE/given";; esac
done)";

} // namespace

TEST_CASE("a program has its records until the deadline that it was told, "
          "though its handler is closed") {
  handlers_world w;
  // It acks a moment after it was told, unless its input ends before.
  w.python(R"(
import json, os, select, sys
inp = sys.stdin.buffer.raw
def line():
    result = b""
    while not result.endswith(b"\n"):
        result += inp.read(1)
    return json.loads(result)
line()
print('{"no_ack":true}', flush=True)
assert line()["closing"] == "revoked"
ended = select.select([inp], [], [], 0.5)[0]
open(os.environ["HERE"] + "/told", "w").write("ended" if ended else "open")
print('{"acked":[12],"generation":7}', flush=True)
inp.read()
)");
  auto x = w.build();
  CHECK(x->handle().what() == kind::no_ack);
  x->announce(200s);
  x->handler->on_close(close_reason::revoked);
  CHECK(w.content("told") == "open");
}

TEST_CASE("the worker of a program that cannot be started ends, and no record "
          "is to blame") {
  auto what = GENERATE(exec_options{}, pool_of(1), batches());
  handlers_world w;
  auto script = w.files.write("handler", "#!/bin/sh\nread -r x; echo "
                                         "'{\"ack\":true}'\n");
  chmod(script.c_str(), 0755);
  what.command = {script};
  w.set(what);
  auto x = w.build();
  CHECK(x->handle().what() == kind::ack);
  chmod(script.c_str(), 0644);
  auto answer = x->handle(13);
  INFO(answer.cause());
  CHECK(is_not_handled(answer, 13));
  REQUIRE(x->end);
  CHECK_THAT(x->end->cause, has_text("Permission denied"));
  x->handler->on_close(close_reason::failed);
}

TEST_CASE("a program that ends again and again between batches fails its "
          "worker, and no record") {
  handlers_world w;
  w.shell("exit 0");
  auto x = w.build();
  CHECK(is_not_handled(x->handle()));
  REQUIRE(x->end);
  CHECK(x->end->cause == "the program ended more than 10 times in a minute");
  x->handler->on_close(close_reason::failed);
}

TEST_CASE("handlers that are closed with records that a program kept do not "
          "count as its ends") {
  handlers_world w;
  w.shell(R"(read -r line; echo '{"no_ack":true}'
[ ! -e "$HERE/end" ] || exit 0
cat > /dev/null)");
  for (int i = 0; i < 11; ++i) {
    auto x = w.build();
    CHECK(x->handle().what() == kind::no_ack);
    x->handler->on_close(close_reason::failed);
  }
  w.files.write("end", "");
  auto x = w.build();
  x->handle();
  auto end = x->await_end();
  REQUIRE(end);
  CHECK(end->cause.empty());
  x->handler->on_close(close_reason::failed);
}

TEST_CASE("a call that is open when its partition goes may finish, and is "
          "acked") {
  auto what = GENERATE(exec_options{}, pool_of(1), batches());
  handlers_world w;
  w.shell("read -r line; echo > $HERE/begun; while [ ! -e $HERE/go ]; do :; "
          "done; echo '{\"ack\":true}'; cat > /dev/null; exit 0",
          what);
  auto x = w.build();
  auto answer = x->begin();
  REQUIRE(w.await_file("begun"));
  x->announce(200s);
  w.files.write("go", "");
  CHECK(answer.get().what() == kind::ack);
  CHECK(is_not_handled(x->handle(13), 13)); // it was told
  x->handler->on_close(close_reason::revoked);
}

TEST_CASE("a deadline that comes nearer ends a call that ignores it in time") {
  auto what = GENERATE(exec_options{}, pool_of(1), batches());
  handlers_world w;
  w.shell("trap '' TERM; read -r line; echo > $HERE/begun; "
          "while :; do sleep 1000; done",
          what);
  auto x = w.build();
  auto answer = x->begin();
  REQUIRE(w.await_file("begun"));
  x->announce(10h);
  x->announce(1s); // a rebalance within a stop
  REQUIRE(answer.wait_for(patience) == std::future_status::ready);
  x->handler->on_close(close_reason::revoked);
}

TEST_CASE("a call whose worker has ended is ended, though its program ignores "
          "that") {
  auto what = GENERATE(exec_options{}, pool_of(1), batches());
  what.term_after = 10h;
  handlers_world w;
  w.shell("trap '' TERM; read -r line; echo > $HERE/begun; "
          "while :; do sleep 1000; done",
          what);
  auto x = w.build();
  auto answer = x->begin();
  REQUIRE(w.await_file("begun"));
  x->announce(-1s);
  REQUIRE(answer.wait_for(patience) == std::future_status::ready);
  CHECK(answer.get().cause() == "its worker has ended");
  CHECK(is_not_handled(x->handle(13), 13));
  x->handler->on_close(close_reason::lost);
}

TEST_CASE("the processes of a pool that nobody will call end beside the calls "
          "that run") {
  handlers_world w;
  auto what = pool_of(2);
  what.term_after = 10h;
  // The first one answers when the other one has seen its end.
  w.shell(R"(while read -r line; do case "$line" in
*'"offset":12,'*) echo > "$HERE/begun"; while [ ! -e "$HERE/ended" ]; do sleep 0.05; done
  echo '{"ack":true}';;
*'"offset":13,'*) echo '{"ack":true}'; mine=1;;
esac; done; [ -z "$mine" ] || echo > "$HERE/ended")",
          what);
  auto first = w.build();
  auto second = w.build();
  auto third = w.build(); // gets nothing
  auto answer = first->begin(12);
  REQUIRE(w.await_file("begun"));
  CHECK(second->handle(13).what() == kind::ack);
  first->announce(10h);
  second->announce(10h);
  CHECK(answer.wait_for(0s) == std::future_status::timeout);
  third->handler->on_close(close_reason::stopped);
  REQUIRE(w.await_file("ended"));
  CHECK(answer.get().what() == kind::ack);
  auto later = w.build(); // of a partition that comes while they end
  CHECK(later->handle(13).what() == kind::ack);
  for (auto* x : {&first, &second, &later})
    (*x)->handler->on_close(close_reason::revoked);
}

TEST_CASE("a process of a pool that ignores SIGTERM holds up no later call") {
  handlers_world w;
  auto what = pool_of(1);
  what.term_after = 10h;
  w.shell(answers_twice + "while :; do sleep 1000; done", what);
  auto x = w.build();
  CHECK(x->handle(12).what() == kind::ack);
  REQUIRE(w.await_log("SIGTERM: wrong line"));
  auto answer = x->begin(13);
  REQUIRE(answer.wait_for(patience) == std::future_status::ready);
  CHECK(answer.get().what() == kind::ack);
  x->handler->on_close(close_reason::revoked);
}

TEST_CASE("who waited for the end of a process of a pool while its partition "
          "went begins no call") {
  handlers_world w;
  auto what = pool_of(1);
  what.term_after = 10h;
  w.options.config.drain_timeout = w.options.config.stop_timeout = 10h;
  w.shell(answers_twice + "while [ ! -e \"$HERE/go\" ]; do sleep 0.05; done",
          what);
  auto x = w.build();
  CHECK(x->handle(12).what() == kind::ack);
  REQUIRE(w.await_log("SIGTERM: wrong line"));
  auto answer = x->begin(13);
  x->announce(10h);
  w.files.write("go", "");
  CHECK(is_not_handled(answer.get(), 13));
  CHECK(w.content("given").empty());
  x->handler->on_close(close_reason::revoked);
}

TEST_CASE("a call of a pool is over by the deadline of its partition") {
  handlers_world w;
  w.shell("trap '' TERM; read -r line; echo > $HERE/begun; "
          "while :; do sleep 1000; done",
          pool_of(1));
  auto x = w.build();
  auto answer = x->begin();
  REQUIRE(w.await_file("begun"));
  x->announce(1s);
  CHECK(answer.get().cause() == "the partition is given back");
  x->handler->on_close(close_reason::revoked);
}

TEST_CASE("who waits for a process of a pool leaves when its partition goes, "
          "and gets none that is free") {
  handlers_world w;
  w.shell("read -r line; echo > $HERE/begun; while [ ! -e $HERE/go ]; do :; "
          "done; echo '{\"ack\":true}'; "
            + std::string{acks},
          pool_of(1));
  auto first = w.build();
  auto second = w.build();
  auto third = w.build();
  auto has_it = first->begin();
  REQUIRE(w.await_file("begun"));
  auto one = second->begin();
  auto other = third->begin();
  third->announce(200s);
  CHECK(is_not_handled(other.get()));
  second->announce(200s);
  CHECK(is_not_handled(one.get()));
  w.files.write("go", "");
  CHECK(has_it.get().what() == kind::ack);
  CHECK(is_not_handled(third->handle(13), 13));
  CHECK(w.content("given").empty());
  for (auto* x : {&first, &second, &third})
    (*x)->handler->on_close(close_reason::revoked);
}

TEST_CASE("a program of a pool that fails between batches is told, and not "
          "replaced without end") {
  handlers_world w;
  w.shell("read -r line; echo '{\"ack\":true}'; exit 3", pool_of(1));
  auto x = w.build();
  for (int i = 0; i < 11 && !x->end; ++i)
    CHECK(x->handle().what() == kind::ack);
  CHECK(is_not_handled(x->handle()));
  REQUIRE(x->end);
  CHECK(x->end->cause
        == "programs of the pool ended more than 10 times in a minute");
  CHECK_THAT(w.logged(), has_text("o | a program of the pool: ended with no "
                                  "batch open: exit 3"));
  x->handler->on_close(close_reason::failed);
}

TEST_CASE("a value that raw input cannot hold fails its record, and the "
          "program gets those below it") {
  auto [input, bad] = GENERATE(std::pair{exec_input::raw, "a\nb"},
                               std::pair{exec_input::values0, "nul"});
  std::string value = bad;
  if (value == "nul")
    value = std::string{"a\0b", 3};
  handlers_world w;
  w.shell("cat > $HERE/given", batches(input));
  auto x = w.build();
  auto answer = x->handle({{12, "k", "good"}, {13, "k", value}});
  CHECK(answer.what() == kind::failed_at);
  CHECK(answer.offset() == 13);
  CHECK_THAT(answer.cause(), has_text("the value holds a N")
                               || has_text("the value holds a newline"));
  CHECK(w.content("given").substr(0, 4) == "good");
  CHECK(w.content("given").size() == 5);
  x->handle({{13, "k", value}});
  CHECK(w.content("given").size() == 5); // no program was run
}

TEST_CASE("an answer right before a crash counts, and the worker ends") {
  handlers_world w;
  w.shell(R"(read -r line; echo '{"ack":true}'; exit 3)");
  auto x = w.build();
  CHECK(x->handle().what() == kind::ack);
  auto end = x->await_end();
  REQUIRE(end);
  CHECK(end->cause == "ended with no batch open: exit 3");
  CHECK(end->error_class == "exit 3");
  CHECK(end->after_call);
  x->handler->on_close(close_reason::failed);
}

TEST_CASE("what a program kept is not lost with its last answer") {
  auto last = GENERATE(R"({"reject":13})", R"({"fail":13})");
  handlers_world w;
  w.shell(R"(read -r line; echo '{"no_ack":true}'
read -r line; echo ')"
          + std::string{last} + "'; exit 0");
  auto x = w.build();
  CHECK(x->handle(12).what() == kind::no_ack);
  CHECK(x->handle(13).offset() == 13);
  auto end = x->await_end();
  REQUIRE(end);
  CHECK(end->cause.empty());
  x->handler->on_close(close_reason::failed);
}

TEST_CASE("a program of a pool is told of no partition, whatever cafka itself "
          "was told") {
  setenv("CAFKA_PARTITION", "9", 1);
  setenv("CAFKA_TOPIC", "other", 1);
  setenv("CAFKA_GENERATION", "9", 1);
  handlers_world w;
  w.shell(R"(env > "$HERE/env"; read -r line; echo '{"ack":true}'; cat)",
          pool_of(1));
  auto x = w.build();
  x->handle();
  for (auto* name : {"CAFKA_PARTITION", "CAFKA_TOPIC", "CAFKA_GENERATION"}) {
    unsetenv(name);
    CHECK_FALSE(has(w.content("env"), name));
  }
  x->handler->on_close(close_reason::stopped);
}

TEST_CASE("a program is told until when its answer counts, and its acks") {
  handlers_world w;
  exec_options what;
  what.call_timeout = 1h;
  w.shell(R"(read -r line; echo "$line" > "$HERE/batch"; echo '{"no_ack":true}'
read -r line; echo "$line" > "$HERE/closing")",
          what);
  auto deadline_in = [&](const std::string& file) {
    auto text = w.content(file);
    auto at = text.find("\"deadline\":");
    REQUIRE(at != std::string::npos);
    return std::chrono::milliseconds{std::stoll(text.substr(at + 11))};
  };
  auto now = [] {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  };
  auto x = w.build();
  auto before = now();
  x->handle();
  CHECK(deadline_in("batch") >= before + 1h - 1ms);
  CHECK(deadline_in("batch") <= now() + 1h);
  before = now();
  x->announce(200s);
  auto after = now();
  x->handler->on_close(close_reason::revoked);
  // 3 s for what follows its end, and twice the 5 s of term-after.
  CHECK(deadline_in("closing") >= before + 187s - 1ms);
  CHECK(deadline_in("closing") <= after + 187s);
}

TEST_CASE("a program gets and answers a batch of megabytes") {
  handlers_world w;
  w.python(R"(
import json, sys
for line in sys.stdin:
    for x in json.loads(line).get("records", []):
        good = x["value"] == "\n" * 1000000
        print(json.dumps({"ack" if good else "fail": x["offset"]}), flush=True)
)");
  auto x = w.build();
  for (offset_t i = 12; i < 15; ++i) {
    auto answer = x->handle({{i, "k", std::string(1'000'000, '\n')}});
    CHECK(answer.what() == kind::ack_through);
    CHECK(answer.offset() == i);
  }
  x->handler->on_close(close_reason::stopped);
}

TEST_CASE("a program runs in the folder that directory says, and cannot be "
          "started where that is gone") {
  handlers_world w;
  auto folder = w.files.path("there");
  mkdir(folder.c_str(), 0755);
  exec_options what;
  what.directory = folder;
  w.shell("pwd > where; cat > /dev/null", what);
  auto x = w.build();
  REQUIRE(w.await_file("there/where"));
  x->handler->on_close(close_reason::stopped);
  CHECK(w.content("there/where") == folder + "\n");
  unlink((folder + "/where").c_str());
  rmdir(folder.c_str());
  CHECK_THROWS_WITH(w.build(), "cannot run in the folder " + folder
                                 + ": No such file or directory");
}

TEST_CASE("a program whose partition is lost is ended at once") {
  handlers_world w;
  exec_options what;
  what.term_after = 10h;
  w.shell(R"(read -r line; echo '{"no_ack":true}'; exec sleep 1000)", what);
  auto x = w.build();
  CHECK(x->handle().what() == kind::no_ack);
  x->handler->on_close(close_reason::lost);
  CHECK_THAT(w.logged(), has_text("SIGTERM: the partition is lost"));
}

TEST_CASE("a program that ends again and again with records that it kept fails "
          "its worker") {
  handlers_world w;
  // The first ten end before they read, which counts as well, and is quicker.
  w.shell(R"(n=$(cat "$HERE/n" 2> /dev/null || echo 0)
echo $((n + 1)) > "$HERE/n"
[ "$n" -ge 10 ] || exit 0
read -r line; echo '{"no_ack":true}'; exit 0)");
  auto x = w.build();
  x->handle();
  auto end = x->await_end();
  REQUIRE(end);
  CHECK(end->cause == "the program ended more than 10 times in a minute");
  CHECK(w.content("n") == "11\n");
  x->handler->on_close(close_reason::failed);
}

TEST_CASE("a pool whose processes ignore their end is closed in time") {
  handlers_world w;
  w.options.config.drain_timeout = w.options.config.stop_timeout = 2s;
  auto what = pool_of(2);
  what.term_after = 10h;
  w.shell(R"(trap '' TERM; read -r line; echo '{"ack":true}'
while :; do sleep 1000; done)",
          what);
  auto first = w.build();
  auto second = w.build();
  CHECK(first->handle(12).what() == kind::ack);
  first->handler->on_close(close_reason::stopped);
  second->handler->on_close(close_reason::stopped);
  CHECK_THAT(w.logged(), has_text("SIGKILL"));
}

TEST_CASE("a program knows from its environment whose it is") {
  handlers_world w;
  w.shell("env > $HERE/new; mv $HERE/new $HERE/env; cat");
  auto x = w.build();
  REQUIRE(w.await_file("env"));
  auto env = "\n" + w.content("env");
  for (auto* line : {"CAFKA_PROTOCOL=1", "CAFKA_NAME=o", "CAFKA_GROUP=readers",
                     "CAFKA_TOPIC=orders", "CAFKA_PARTITION=3",
                     "CAFKA_GENERATION=7", "PYTHONUNBUFFERED=1"})
    CHECK_THAT(env, has_text("\n" + std::string{line} + "\n"));
  x->handler->on_close(close_reason::stopped);
}

TEST_CASE("the handler exec is refused where its calls would block actors") {
  group_options options;
  options.config.handler_threads = 0;
  exec_options what;
  what.command = {"true"};
  auto failure = exec_handlers::set_handler(nullptr, options, what);
  CHECK_THAT(text_of(failure), has_text("handler exec: handler-threads = 0: "
                                        "from 1 with handler = \"exec\""));
  CHECK_FALSE(options.handler);
}

TEST_CASE("arguments of the handler exec that exclude each other are refused") {
  group_options options;
  auto what = batches();
  what.command = {"true"};
  what.processes = 2;
  CHECK_THAT(text_of(exec_handlers::set_handler(nullptr, options, what)),
             has_text("processes: only with life = \"worker\""));
  what = exec_options{};
  what.command = {"true"};
  what.input = exec_input::raw;
  CHECK_THAT(text_of(exec_handlers::set_handler(nullptr, options, what)),
             has_text("input: \"json\", or life = \"batch\""));
  CHECK_FALSE(options.handler);
}

TEST_CASE("the handler exec is refused where no guard is found") {
  group_options options;
  exec_options what;
  what.command = {"true"};
  what.guard = "/nowhere/cafka-guard";
  auto failure = exec_handlers::set_handler(nullptr, options, what);
  CHECK_THAT(text_of(failure),
             has_text("/nowhere/cafka-guard: No such file or directory"));
  CHECK_FALSE(options.handler);
}
