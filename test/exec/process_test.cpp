/// Processes with real programs: what they do, and that nothing of them is
/// left.

#include "exec/process_driver.hpp"

#include "support/batch.hpp"
#include "support/catch.hpp"
#include "support/scratch_directory.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace cafka;
using namespace cafka::exec;
using namespace cafka::test;
using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;
using kind = answer::kind;

namespace {

/// What is awaited here comes at once; only a machine that stands still needs
/// more.
constexpr auto patience = 50s;

/// Of one record at offset 12.
open_call call_of(offset_t offset = 12) {
  open_call x;
  x.offsets.insert({offset, offset + 1});
  x.last = offset;
  x.generation = 7;
  return x;
}

/// A driver with programs that are written here, and what it told of them.
struct world {
  process_ptr start(std::vector<std::string> command,
                    session::limits limits = {},
                    session::life life = session::life::worker) {
    launch x;
    x.guard = CAFKA_GUARD;
    x.program = command[0];
    x.arguments = std::move(command);
    x.environment = {"PATH=/usr/bin:/bin", "PYTHONUNBUFFERED=1",
                     "HERE=" + files.path()};
    process_hooks hooks;
    hooks.note = [this](const process_note& note) {
      std::lock_guard lock{mutex};
      notes.push_back(note);
    };
    hooks.ack = [this](auto& ack) {
      std::lock_guard lock{mutex};
      acks.push_back(ack);
    };
    return driver.start(x, life, limits, hooks);
  }
  process_ptr shell(const std::string& script, session::limits limits = {},
                    session::life life = session::life::worker) {
    return start({"/bin/sh", "-c", script}, limits, life);
  }
  process_ptr python(const std::string& script, session::limits limits = {}) {
    return start({"/usr/bin/python3", "-c", script}, limits);
  }
  std::string told(process_note::kind what) {
    std::lock_guard lock{mutex};
    std::string result;
    for (auto& x : notes)
      if (x.what == what)
        result += x.text + "\n";
    return result;
  }
  /// A file that a program writes when it is where the test wants it.
  bool await_file(const std::string& name) {
    auto end = clock_type::now() + patience;
    while (access((files.path(name)).c_str(), F_OK) != 0) {
      if (clock_type::now() > end)
        return false;
      std::this_thread::yield();
    }
    return true;
  }
  pid_t pid_in(const std::string& name) {
    pid_t result = 0;
    std::ifstream{files.path() + "/" + name} >> result;
    return result;
  }

  scratch_directory files;
  std::mutex mutex;
  std::vector<process_note> notes;
  std::vector<std::variant<acked, acked_through, nacked>> acks;
  process_driver driver; // ends first
};

bool is_gone(pid_t x) {
  return kill(x, 0) == -1 && errno == ESRCH;
}

constexpr auto echo = R"(while read -r line; do echo '{"ack":true}'; done)";

} // namespace

TEST_CASE("a program answers batch after batch, and ends with its input") {
  world x;
  auto tested = x.shell(echo);
  CHECK(tested->await_started().empty());
  for (int i = 0; i < 100; ++i) {
    auto result = tested->call(call_of(), "{}\n");
    REQUIRE(result);
    REQUIRE(result->what == kind::ack);
  }
  tested->close("closing\n", clock_type::now(), 20s);
  tested->await_gone();
  CHECK(tested->failure().empty());
  CHECK_THAT(x.told(process_note::kind::ended), has_text("exit 0\n"));
}

TEST_CASE("a program that is not there is named with what is wrong") {
  world x;
  CHECK(x.start({"/nowhere/at/all"})->await_started()
        == "cannot start /nowhere/at/all: No such file or directory");
  auto script = x.files.write("plain", "#!/bin/sh\n");
  CHECK(x.start({script})->await_started()
        == "cannot start " + script + ": Permission denied");
}

TEST_CASE("a guard that is not there is named") {
  process_driver driver;
  launch what;
  what.guard = "/nowhere/cafka-guard";
  what.program = "/bin/true";
  what.arguments = {"true"};
  auto tested = driver.start(what, session::life::worker, {}, {});
  CHECK(tested->await_started()
        == "cannot start /nowhere/cafka-guard: No such file or directory");
}

TEST_CASE(
  "an end with a batch open is told with the last lines of its errors") {
  world x;
  auto tested = x.shell("read -r line; for i in 1 2 3 4 5 6; do echo e$i >&2; "
                        "done; exit 3");
  auto result = tested->call(call_of(), "{}\n");
  REQUIRE(result);
  CHECK(result->what == kind::failed);
  CHECK(result->cause == "exit 3; standard error: e2 | e3 | e4 | e5 | e6");
  CHECK(x.told(process_note::kind::error) == "e1\ne2\ne3\ne4\ne5\ne6\n");
}

TEST_CASE("a program's crash is a signal") {
  world x;
  auto tested = x.shell("read -r line; kill -SEGV $$");
  auto result = tested->call(call_of(), "{}\n");
  REQUIRE(result);
  CHECK(result->cause == "signal 11");
}

TEST_CASE(
  "a program in C++ that does not live through a record fails its call") {
  world x;
  auto tested = x.start({CAFKA_EXEC_ECHO, "7"});
  auto give = [&](offset_t offset) {
    std::string line;
    add_batch_line(line, batch_of({{offset, "k", "v"}}), 0);
    return tested->call(call_of(offset), std::move(line));
  };
  CHECK(give(6)->what == kind::ack);
  auto result = give(7);
  REQUIRE(result);
  CHECK(result->cause == "signal 11");
  CHECK_FALSE(give(8));
}

TEST_CASE("half a line and then the end acks nothing") {
  world x;
  auto tested = x.shell(R"(read -r line; printf '{"ack":tr'; exit 0)");
  auto result = tested->call(call_of(), "{}\n");
  REQUIRE(result);
  CHECK(result->what == kind::failed);
  CHECK(result->cause == "exit 0");
}

TEST_CASE("a program that ends between two batches did not begin the second") {
  world x;
  auto tested = x.shell(R"(read -r line; echo '{"ack":true}'
while [ ! -e $HERE/go ]; do :; done; exit 0)");
  auto first = tested->call(call_of(), "{}\n");
  REQUIRE(first);
  CHECK(first->what == kind::ack);
  std::optional<answer> second;
  std::thread caller{[&] { second = tested->call(call_of(13), "{}\n"); }};
  while (tested->takes_calls()) // until the batch is in the pipe
    std::this_thread::yield();
  x.files.write("go", "");
  caller.join();
  REQUIRE(second);
  CHECK(second->what == kind::not_begun);
  CHECK_FALSE(tested->call(call_of(13), "{}\n"));
}

TEST_CASE("a program that never reads runs into call-timeout") {
  world x;
  auto tested = x.shell("exec sleep 1000", {200ms, 20s});
  // More than any pipe holds.
  auto result = tested->call(call_of(), std::string(4'000'000, 'x') + "\n");
  REQUIRE(result);
  CHECK(result->cause.starts_with("timeout"));
}

TEST_CASE("a batch that is answered before it is read stays whole before the "
          "next one") {
  world x;
  auto tested = x.python(R"(import os, sys
print('{"ack":true}', flush=True)
while not os.path.exists(os.environ["HERE"] + "/go"): pass
print(len(sys.stdin.readline()), sys.stdin.readline().strip(), file=sys.stderr,
      flush=True)
print('{"ack":true}', flush=True)
sys.stdin.readline())");
  CHECK(tested->call(call_of(), std::string(300'000, 'x') + "\n")->what
        == kind::ack);
  REQUIRE(tested->begin_call(call_of(13), "second\n"));
  x.files.write("go", "");
  CHECK(tested->await_answer().what == kind::ack);
  CHECK(x.told(process_note::kind::error) == "300001 second\n");
}

TEST_CASE("ten megabytes of errors hold up neither the answer nor the input") {
  world x;
  auto tested = x.python(R"(import sys
for i in range(10000): sys.stderr.write('x' * 1000 + '\n')
for line in sys.stdin: print('{"ack":true}')
)");
  auto result = tested->call(call_of(), std::string(4'000'000, 'x') + "\n");
  REQUIRE(result);
  CHECK(result->what == kind::ack);
  tested->close("", clock_type::now(), 20s);
  tested->await_gone();
  CHECK_THAT(x.told(process_note::kind::log),
             has_text("lines of its output were left out"));
}

TEST_CASE("a long line of errors is cut at 8 KB") {
  world x;
  auto tested
    = x.python("import sys\nsys.stderr.write('x' * 100000 + '\\nend\\n')");
  tested->await_gone();
  CHECK(x.told(process_note::kind::error)
        == std::string(8'192, 'x') + "\nend\n");
}

TEST_CASE("text between answers goes to the log alone") {
  world x;
  auto tested = x.shell(
    R"(while read -r line; do echo Hello; echo '{"ack":true}';)"
    " echo done; done");
  for (int i = 0; i < 3; ++i)
    CHECK(tested->call(call_of(), "{}\n")->what == kind::ack);
  tested->close("", clock_type::now(), 20s);
  tested->await_gone();
  CHECK(x.told(process_note::kind::output)
        == "Hello\ndone\nHello\ndone\nHello\ndone\n");
}

TEST_CASE("a program that answers twice is ended") {
  world x;
  auto tested = x.shell(
    R"(read -r line; printf '{"ack":true}\n{"ack":true}\n';)"
    "exec sleep 1000");
  CHECK(tested->call(call_of(), "{}\n")->what == kind::ack);
  tested->await_gone();
  CHECK(tested->failure().starts_with("wrong line: it answers, but no batch"));
  CHECK_FALSE(tested->call(call_of(13), "{}\n"));
}

TEST_CASE("a line over a megabyte is no answer") {
  world x;
  auto tested = x.python(R"(import sys
sys.stdin.readline()
print('{"ack":true,"' + 'x' * 2000000 + '":1}')
sys.stdin.readline())");
  auto result = tested->call(call_of(), "{}\n");
  REQUIRE(result);
  CHECK(result->cause.starts_with("wrong line: longer than 1000000 bytes"));
}

TEST_CASE("a program that ignores SIGTERM is killed after term-after") {
  world x;
  auto tested
    = x.shell("trap '' TERM; echo $$ > $HERE/pid.new; mv $HERE/pid.new "
              "$HERE/pid; while :; do sleep 1000; done",
              {5min, 200ms});
  REQUIRE(x.await_file("pid"));
  tested->terminate("test");
  tested->await_gone();
  CHECK_THAT(x.told(process_note::kind::ended), has_text("signal 9\n"));
  CHECK(is_gone(x.pid_in("pid")));
}

TEST_CASE("SIGTERM goes to all of a program, also where itself ignores it") {
  world x;
  auto tested = x.python(R"(import os, signal
here = os.environ["HERE"]
def end(*_):
    open(here + "/told", "w").close()
    os._exit(0)
if os.fork() == 0:
    signal.signal(signal.SIGTERM, end)
    open(here + "/ready", "w").close()
else:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
while True:
    signal.pause()
)",
                         {5min, std::chrono::hours{1}});
  REQUIRE(x.await_file("ready"));
  tested->terminate("test");
  CHECK(x.await_file("told"));
}

TEST_CASE("signs of life keep a call open past three deadlines") {
  world x;
  auto tested = x.python(R"(import sys, time
sys.stdin.readline()
begin = time.monotonic()
while time.monotonic() < begin + 8:
  print('{"working":true}')
  time.sleep(0.05)
print('{"ack":true}')
sys.stdin.readline())",
                         {2s, 20s});
  CHECK(tested->call(call_of(), "{}\n")->what == kind::ack);
}

TEST_CASE("a grandchild that keeps the pipes open ends with its program") {
  world x;
  auto tested = x.shell("(sleep 1000 & echo $! > $HERE/pid); read -r line; "
                        "exit 0");
  auto result = tested->call(call_of(), "{}\n");
  REQUIRE(result);
  CHECK(result->cause == "exit 0");
  CHECK(is_gone(x.pid_in("pid")));
}

TEST_CASE("a grandchild in a session of its own ends with its program") {
  world x;
  auto tested = x.shell("setsid sh -c 'echo $$ > $HERE/new; mv $HERE/new "
                        "$HERE/pid; exec sleep 1000' & "
                        "while [ ! -e $HERE/pid ]; do :; done; exit 0");
  tested->await_gone();
  CHECK(is_gone(x.pid_in("pid")));
}

TEST_CASE("acks between calls come in order, before a later answer") {
  world x;
  auto tested = x.shell(R"(read -r line; echo '{"no_ack":true}'; read -r line;
echo '{"acked":[12],"generation":7}'; echo '{"acked_through":13,"generation":7}'
echo '{"ack":true}'; read -r line)");
  CHECK(tested->call(call_of(), "{}\n")->what == kind::no_ack);
  CHECK(tested->kept().contains(12));
  CHECK(tested->call(call_of(13), "{}\n")->what == kind::ack);
  std::lock_guard lock{x.mutex};
  REQUIRE(x.acks.size() == 2);
  CHECK(std::get<acked>(x.acks[0]).offsets == std::vector<offset_t>{12});
  CHECK(std::get<acked_through>(x.acks[1]).offset == 13);
}

TEST_CASE(
  "a program that keeps records is told of its end, and its acks count") {
  world x;
  auto tested = x.shell(R"(read -r line; echo '{"no_ack":true}'; read -r line;
echo "$line" > $HERE/told; echo '{"acked":[12],"generation":7}'; read -r line)");
  CHECK(tested->call(call_of(), "{}\n")->what == kind::no_ack);
  tested->close("closing\n", clock_type::now() + 1h, 20s);
  tested->await_gone(); // its input ended with the ack, long before the hour
  std::string line;
  std::getline(std::ifstream{x.files.path() + "/told"}, line);
  CHECK(line == "closing");
  CHECK(x.acks.size() == 1);
}

TEST_CASE("the exit status of a program of one batch answers, read or not") {
  auto [script, what] = GENERATE(std::pair{"cat > /dev/null", kind::ack},
                                 std::pair{"exit 0", kind::ack},
                                 std::pair{"exit 65", kind::rejected},
                                 std::pair{"exit 1", kind::failed});
  world x;
  auto tested = x.shell(script, {}, session::life::batch);
  CHECK(tested->call(call_of(), std::string(300'000, 'x'))->what == what);
  CHECK(tested->gone());
}

TEST_CASE(
  "a program sees its own three descriptors alone, and default signals") {
  world x;
  signal(SIGPIPE, SIG_IGN);
  auto tested = x.python(R"(import os, signal
files = sorted(int(x) for x in os.listdir('/proc/self/fd'))
assert files[:3] == [0, 1, 2] and len(files) == 4, files # and the folder's
assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
ignored = [x for x in open('/proc/self/status') if x.startswith('SigBlk')][0]
assert int(ignored.split()[1], 16) == 0, ignored
)");
  tested->await_gone();
  CHECK_THAT(x.told(process_note::kind::ended), has_text("exit 0\n"));
}

TEST_CASE("the end of a driver ends its programs and all that came of them") {
  pid_t program = 0;
  pid_t other = 0;
  {
    world x;
    x.shell("trap '' TERM; sleep 1000 & echo $! > $HERE/other; "
            "echo $$ > $HERE/new; mv $HERE/new $HERE/pid; wait");
    REQUIRE(x.await_file("pid"));
    program = x.pid_in("pid");
    other = x.pid_in("other");
    CHECK_FALSE(is_gone(program));
  }
  CHECK(is_gone(program));
  CHECK(is_gone(other));
}

TEST_CASE("the kill of the process that has a driver leaves no process") {
  scratch_directory files;
  auto child = fork(); // of a test with one thread
  if (child == 0) {
    setenv("HERE", files.path().c_str(), 1);
    auto* driver = new process_driver;
    launch what;
    what.guard = CAFKA_GUARD;
    what.program = "/bin/sh";
    what.arguments = {"sh", "-c",
                      "trap '' TERM; sleep 1000 & echo $! > $HERE/other; "
                      "echo $$ > $HERE/new; mv $HERE/new $HERE/pid; wait"};
    what.environment = {"PATH=/usr/bin:/bin", "HERE=" + files.path()};
    process_hooks hooks;
    hooks.note = [](auto&) {};
    driver->start(what, session::life::worker, {}, hooks);
    pause();
    _exit(0);
  }
  auto end = clock_type::now() + patience;
  auto path = files.path() + "/pid";
  while (access(path.c_str(), F_OK) != 0 && clock_type::now() < end)
    std::this_thread::yield();
  pid_t program = 0;
  pid_t other = 0;
  std::ifstream{path} >> program;
  std::ifstream{files.path() + "/other"} >> other;
  REQUIRE(program != 0);
  REQUIRE_FALSE(is_gone(program));
  kill(child, SIGKILL);
  auto begin = clock_type::now();
  waitpid(child, nullptr, 0);
  while (!(is_gone(program) && is_gone(other))
         && clock_type::now() < begin + 30s)
    std::this_thread::yield();
  CHECK(is_gone(program));
  CHECK(is_gone(other));
  WARN("gone within "
       << std::chrono::duration<double>(clock_type::now() - begin).count()
       << " s");
}

TEST_CASE(
  "an end that is read together with the last answer is told as one that "
  "comes later") {
  launch what;
  what.guard = CAFKA_GUARD;
  what.program = "/bin/sh";
  what.arguments = {"sh", "-c", "read -r x; echo '{\"ack\":true}'; exit 3"};
  std::string failure;
  process_hooks hooks;
  hooks.note = [](auto&) {};
  hooks.gone = [&](const process& x) { failure = x.failure(); };
  process tested{what, session::life::worker, {}, hooks};
  REQUIRE(tested.start());
  REQUIRE(tested.begin_call(call_of(), "{}\n"));
  // That it runs, and that it has ended; its output has not been read then.
  for (int i = 0; i < 2; ++i) {
    pollfd status{tested.fd_of(process::stream::status), POLLIN, 0};
    REQUIRE(poll(&status, 1, 50'000) == 1);
    tested.on_ready(process::stream::status, clock_type::now());
  }
  CHECK(tested.gone());
  CHECK(tested.await_answer().what == kind::ack);
  CHECK(failure == "ended with no batch open: exit 3");
}

TEST_CASE("a process that nobody could serve is not started, and says why") {
  world x;
  for (auto& entry : std::filesystem::directory_iterator{"/proc/self/fd"}) {
    std::error_code none;
    if (std::filesystem::read_symlink(entry, none) != "anon_inode:[eventpoll]")
      continue;
    // The driver's: as if the system had no room for another one to be watched.
    auto other = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(other, std::stoi(entry.path().filename().string()));
    close(other);
  }
  auto tested = x.shell("echo $$ > $HERE/pid; exec sleep 1000");
  CHECK(tested->await_started() == "cannot start /bin/sh: Invalid argument");
  tested->await_gone();
  CHECK_FALSE(tested->call(call_of(), "{}\n"));
  auto program = x.pid_in("pid"); // it may have run for a moment
  CHECK((program == 0 || is_gone(program)));
}

TEST_CASE(
  "a guard that ends before its program runs is a program that cannot be "
  "started, and no end") {
  world x;
  launch what;
  what.guard = "/bin/true";
  what.program = "/bin/true";
  what.arguments = {"true"};
  int notes = 0;
  process_hooks hooks;
  hooks.note = [&](auto&) { ++notes; };
  process_driver driver;
  auto tested = driver.start(what, session::life::worker, {}, hooks);
  CHECK(tested->await_started()
        == "cannot start /bin/true: its cafka-guard ended, and it was killed");
  CHECK(notes == 0);
}

TEST_CASE(
  "what outlives a guard that was killed and writes on holds up nobody") {
  world x;
  auto tested = x.shell("echo $PPID > $HERE/guard; setsid yes & read -r line; "
                        "echo $$ > $HERE/new; mv $HERE/new $HERE/pid; "
                        "exec sleep 1000");
  REQUIRE(tested->await_started().empty()); // else it is none that ran
  std::thread killer{[&] {
    if (x.await_file("pid"))
      kill(x.pid_in("guard"), SIGKILL);
  }};
  auto result = tested->call(call_of(), "{}\n");
  killer.join();
  REQUIRE(result);
  CHECK(result->cause == "its cafka-guard ended, and it was killed");
}

TEST_CASE("a guard that is killed takes its program with it") {
  world x;
  auto tested = x.shell("echo $PPID > $HERE/guard; read -r line; echo $$ > "
                        "$HERE/new; mv $HERE/new $HERE/pid; exec sleep 1000");
  REQUIRE(tested->await_started().empty()); // else it is none that ran
  std::thread killer{[&] {
    if (x.await_file("pid"))
      kill(x.pid_in("guard"), SIGKILL);
  }};
  auto result = tested->call(call_of(), "{}\n");
  killer.join();
  REQUIRE(result);
  CHECK(result->cause == "its cafka-guard ended, and it was killed");
  CHECK_THAT(x.told(process_note::kind::killed),
             has_text("SIGKILL: its cafka-guard ended\n"));
  tested->await_gone();
  auto program = x.pid_in("pid");
  std::string stat; // "pid (name) state": whoever has it now may take its time
  std::getline(std::ifstream{"/proc/" + std::to_string(program) + "/stat"},
               stat);
  auto is_dead = stat.find(") Z ") != std::string::npos
                 || stat.find(") X ") != std::string::npos;
  CHECK((stat.empty() || is_dead));
}
