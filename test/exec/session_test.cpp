#include "exec/session.hpp"

#include "support/catch.hpp"
#include "support/property.hpp"

#include <csignal>

using namespace cafka;
using namespace cafka::exec;
using namespace cafka::test;
using namespace std::chrono_literals;
using state = session::state;
using kind = answer::kind;

namespace {

constexpr session::limits limits{1min, 5s};

/// A session on a clock that is moved by hand, with all that it asked for.
struct stage {
  explicit stage(session::life what = session::life::worker)
    : tested(what, limits) {
    tested.on_started();
  }

  /// Of the records 12 and 14.
  void call() {
    open_call x;
    x.topic = "orders";
    x.partition = 3;
    x.offsets.insert({12, 13});
    x.offsets.insert({14, 15});
    x.last = 14;
    x.generation = 7;
    REQUIRE(tested.takes_calls());
    tested.call(x, now, done);
  }
  void line(std::string_view x) {
    tested.on_line(x, now, done);
  }
  void pass(duration x) {
    now += x;
    while (tested.next_time() && *tested.next_time() <= now)
      tested.on_time(now, done);
  }
  void end(program_end x) {
    tested.on_end(x, done);
  }
  answer result() {
    REQUIRE(done.result);
    auto x = *done.result;
    done.result.reset();
    return x;
  }
  int signal() {
    return std::exchange(done.signal, 0);
  }

  session tested;
  time_point now{1h};
  actions done;
};

program_end by_signal(int number) {
  program_end result;
  result.what = program_end::kind::signalled;
  result.value = number;
  return result;
}

program_end exited(int code) {
  program_end result;
  result.value = code;
  return result;
}

} // namespace

TEST_CASE("a call ends by the program's answer, and the next may begin") {
  stage x;
  CHECK(x.tested.now_in() == state::idle);
  x.call();
  CHECK(x.tested.now_in() == state::calling);
  CHECK_FALSE(x.tested.takes_calls());
  x.line(R"({"ack":true})");
  CHECK(x.result().what == kind::ack);
  CHECK(x.tested.now_in() == state::idle);
  CHECK(x.tested.takes_calls());
  CHECK_FALSE(x.tested.next_time());
}

TEST_CASE("a call may begin before the program has started") {
  session tested{session::life::worker, limits};
  actions done;
  open_call x;
  x.offsets.insert({1, 2});
  x.last = 1;
  REQUIRE(tested.takes_calls());
  tested.call(x, time_point{1h}, done);
  CHECK(tested.now_in() == state::starting);
  tested.on_started();
  CHECK(tested.now_in() == state::calling);
}

TEST_CASE(
  "a program that cannot be started did not begin the call that waits for it") {
  session tested{session::life::worker, limits};
  actions done;
  open_call x;
  x.offsets.insert({1, 2});
  x.last = 1;
  tested.call(x, time_point{1h}, done);
  tested.on_start_failed("x: Permission denied", done);
  REQUIRE(done.result);
  CHECK(done.result->what == kind::not_begun);
  CHECK(tested.failure() == "x: Permission denied");
  CHECK_FALSE(tested.ended_between_calls());
  CHECK(tested.now_in() == state::gone);
}

TEST_CASE("a guard that is lost before its program has run fails no call") {
  session tested{session::life::batch, limits};
  actions done;
  open_call x;
  x.offsets.insert({1, 2});
  x.last = 1;
  tested.call(x, time_point{1h}, done);
  program_end end;
  end.what = program_end::kind::guard_lost;
  tested.on_end(end, done);
  REQUIRE(done.result);
  CHECK(done.result->what == kind::not_begun);
  CHECK_FALSE(tested.failure().empty());
}

TEST_CASE("own output of a program goes to the log, and ends no call") {
  stage x;
  x.call();
  x.line("Hello");
  CHECK_FALSE(x.done.result);
  REQUIRE(x.done.logs.size() == 1);
  CHECK(x.done.logs[0].text == "Hello");
}

TEST_CASE("a program that answers twice fails") {
  stage x;
  x.call();
  x.line(R"({"ack":true})");
  CHECK(x.result().what == kind::ack);
  x.line(R"({"ack":true})");
  CHECK(x.tested.now_in() == state::terminating);
  CHECK(x.signal() == SIGTERM);
  CHECK(x.tested.failure()
        == "wrong line: it answers, but no batch is open: {\"ack\":true}");
}

TEST_CASE("an answer to another batch fails the call, and quotes the line") {
  auto line = GENERATE(R"({"ack":13})", R"({"fail":11})", R"({"reject":15})",
                       R"({"ack":true,"last":13})",
                       R"({"ack":true,"generation":6})",
                       R"({"ack":true,"topic":"other"})",
                       R"({"ack":true,"partition":4})");
  stage x;
  x.call();
  x.line(line);
  CHECK_FALSE(x.done.result); // it comes when the process is gone
  CHECK(x.signal() == SIGTERM);
  x.end(by_signal(SIGTERM));
  auto result = x.result();
  CHECK(result.what == kind::failed);
  CHECK(result.cause.find(line) != std::string::npos);
}

TEST_CASE("an answer that names its batch answers that one") {
  stage x{session::life::pool};
  x.call();
  x.line(
    R"({"ack":true,"topic":"orders","partition":3,"last":14,"generation":7})");
  CHECK(x.result().what == kind::ack);
}

TEST_CASE("a line that is too long fails the call") {
  stage x;
  x.call();
  x.tested.on_long_line("{\"ack\":", x.now, x.done);
  CHECK(x.signal() == SIGTERM);
  CHECK(x.tested.failure()
        == "wrong line: longer than 1000000 bytes: {\"ack\":");
}

TEST_CASE("own output that is too long is cut, and fails nothing") {
  stage x;
  x.call();
  x.tested.on_long_line(std::string(10'000, 'x'), x.now, x.done);
  x.line(std::string(10'000, 'x'));
  x.line(R"({"log":")" + std::string(10'000, 'x') + R"("})");
  REQUIRE(x.done.logs.size() == 3);
  for (auto& log : x.done.logs)
    CHECK(log.text.size() == 8'192);
  CHECK(x.tested.now_in() == state::calling);
}

TEST_CASE("after call-timeout nothing of that process counts any more") {
  stage x;
  x.call();
  x.pass(59s);
  CHECK(x.signal() == 0);
  x.pass(1s);
  CHECK(x.signal() == SIGTERM);
  x.line(R"({"ack":true})");
  x.line(R"({"acked":[12],"generation":7})");
  x.line(R"({"working":true})");
  CHECK_FALSE(x.done.result);
  CHECK(x.done.acks.empty());
  x.pass(4s);
  CHECK(x.signal() == 0);
  x.pass(1s);
  CHECK(x.signal() == SIGKILL);
  CHECK(x.tested.now_in() == state::killed);
  CHECK_FALSE(x.tested.next_time());
  x.end(by_signal(SIGKILL));
  CHECK(x.result().cause.starts_with("timeout: no answer within call-timeout"));
  CHECK(x.tested.now_in() == state::gone);
}

TEST_CASE("a sign of life lets call-timeout begin anew") {
  stage x;
  x.call();
  for (int i = 0; i < 3; ++i) {
    x.pass(59s);
    x.line(R"({"working":true})");
  }
  CHECK(x.signal() == 0);
  x.line(R"({"ack":true})");
  CHECK(x.result().what == kind::ack);
  x.line(R"({"working":true})"); // ignored outside of a call
  CHECK_FALSE(x.tested.next_time());
}

TEST_CASE(
  "a call of a partition that is given back ends in time, sign or not") {
  stage x{session::life::pool};
  x.call();
  x.tested.limit_call(x.now + 10s, 2s, "why");
  x.tested.limit_call(x.now + 20s, 2s, "later");
  x.pass(9s);
  x.line(R"({"working":true})");
  x.pass(1s);
  CHECK(x.signal() == SIGTERM);
  CHECK(x.tested.failure() == "why");
  x.pass(2s);
  CHECK(x.signal() == SIGKILL);
}

TEST_CASE("a wrong line gives nobody more time than its deadline") {
  stage pooled{session::life::pool};
  pooled.call();
  pooled.tested.limit_call(pooled.now + 1s, 500ms,
                           "the partition is given back");
  pooled.line("{");
  stage own;
  own.call();
  own.tested.close("closing\n", own.now + 500ms, 500ms, own.now, own.done);
  own.line("{");
  for (auto* x : {&pooled, &own}) {
    CHECK(x->signal() == SIGTERM);
    x->pass(1'499ms); // term-after is 5 s
    CHECK(x->signal() == 0);
    x->pass(1ms);
    CHECK(x->signal() == SIGKILL);
  }
}

TEST_CASE("a limit is of the open call alone") {
  stage x{session::life::pool};
  x.tested.limit_call(x.now + 1s, 500ms, "why");
  x.call();
  x.tested.limit_call(x.now + 30s, 500ms, "why");
  x.line(R"({"ack":true})");
  x.call();
  x.line(R"({"working":true})");
  x.pass(59s);
  CHECK(x.signal() == 0);
}

TEST_CASE("an end with a batch open is the cause of the failed call") {
  stage x;
  x.call();
  auto end = exited(3);
  end.last_errors = {"one", "two"};
  x.end(end);
  CHECK_FALSE(x.tested.ended_between_calls());
  auto result = x.result();
  CHECK(result.what == kind::failed);
  CHECK(result.cause == "exit 3; standard error: one | two");
}

TEST_CASE("exit 0 with a batch open fails the call, too") {
  stage x;
  x.call();
  x.end(exited(0));
  CHECK(x.result().cause == "exit 0");
}

TEST_CASE(
  "a program that ends without having read its batch did not begin it") {
  stage x;
  x.call();
  auto end = exited(0);
  end.batch_unread = true;
  x.end(end);
  CHECK(x.result().what == kind::not_begun);
  CHECK(x.tested.failure().empty());
  stage y;
  y.call();
  auto crash = exited(1);
  crash.batch_unread = true;
  y.end(crash);
  CHECK(y.result().what == kind::not_begun);
  CHECK(y.tested.failure() == "ended before it read its batch: exit 1");
  CHECK(y.tested.failure_class() == "exit 1");
}

TEST_CASE("exit 0 with no batch open is no failure, and anything else is one") {
  stage x;
  x.end(exited(0));
  CHECK(x.done.logs.empty());
  CHECK(x.tested.failure().empty());
  CHECK(x.tested.ended_between_calls());
  stage y;
  y.end(by_signal(SIGSEGV));
  CHECK(y.tested.failure() == "ended with no batch open: signal 11");
  CHECK(y.tested.failure_class() == "signal 11");
}

TEST_CASE("a program of one batch may end before its call is begun") {
  for (auto [code, expected] : {std::pair{0, kind::ack},
                                {65, kind::failed}, // of more than one record
                                {3, kind::failed}}) {
    stage x{session::life::batch};
    x.end(exited(code));
    x.call();
    CHECK(x.result().what == expected);
    CHECK_FALSE(x.tested.takes_calls());
    CHECK(x.tested.now_in() == state::gone);
  }
}

TEST_CASE("the exit status of a program of one batch is its answer") {
  auto what = GENERATE(0, 1, exit_reject);
  stage x{session::life::batch};
  open_call batch;
  batch.offsets.insert({12, 13});
  batch.last = 12;
  x.tested.call(batch, x.now, x.done);
  CHECK(x.done.end_input);
  x.line(R"({"ack":true})"); // its own output
  CHECK_FALSE(x.done.result);
  CHECK(x.done.logs.size() == 1);
  x.end(exited(what));
  auto result = x.result();
  CHECK(result.what
        == (what == 0             ? kind::ack
            : what == exit_reject ? kind::rejected
                                  : kind::failed));
  if (what == exit_reject)
    CHECK(result.offset == 12);
}

TEST_CASE(
  "exit 65 rejects no batch of several records, as nobody knows which") {
  stage x{session::life::batch};
  x.call();
  x.end(exited(exit_reject));
  auto result = x.result();
  CHECK(result.what == kind::failed);
  CHECK(result.cause == "exit 65");
}

TEST_CASE("what is answered with no_ack is kept until it is acked or failed") {
  stage x;
  x.call();
  x.line(R"({"no_ack":true})");
  CHECK(x.result().what == kind::no_ack);
  CHECK(x.tested.kept().contains(12));
  x.line(R"({"acked":[14],"generation":7})");
  CHECK_FALSE(x.tested.kept().contains(14));
  x.line(R"({"acked":[12],"generation":6})"); // of another generation
  CHECK(x.tested.kept().contains(12));
  CHECK(x.done.acks.size() == 2); // the group says what it is worth
  x.line(R"({"nack":12,"cause":"why"})");
  CHECK(x.tested.kept().empty());
}

TEST_CASE("what is acked or failed while its call is open is not kept") {
  stage x;
  x.call();
  x.line(R"({"acked":[12],"generation":7})");
  x.line(R"({"no_ack":true})");
  CHECK_FALSE(x.tested.kept().contains(12));
  CHECK(x.tested.kept().contains(14));
  x.call();
  x.line(R"({"acked_through":12,"generation":7})");
  x.line(R"({"nack":14,"cause":"why"})");
  x.line(R"({"no_ack":true})");
  CHECK(x.tested.kept().empty());
  x.call();
  x.line(R"({"no_ack":true})");
  CHECK(x.tested.kept().contains(12));
}

TEST_CASE("the input ends as soon as nothing is open and nothing is kept") {
  stage x;
  x.call();
  x.line(R"({"no_ack":true})");
  x.result();
  x.tested.close("closing\n", x.now + 10s, 2s, x.now, x.done);
  CHECK(x.done.write == "closing\n");
  CHECK_FALSE(x.done.end_input);
  CHECK(x.tested.now_in() == state::closing);
  CHECK_FALSE(x.tested.takes_calls());
  x.line(R"({"acked_through":14,"generation":7})");
  CHECK(x.done.end_input);
  CHECK(x.tested.now_in() == state::ending);
}

TEST_CASE("the open batch may finish until the input ends, and acks count") {
  stage x;
  x.call();
  x.tested.close("closing\n", x.now + 10s, 2s, x.now, x.done);
  x.pass(9s);
  CHECK_FALSE(x.done.end_input);
  x.line(R"({"ack":true})");
  CHECK(x.result().what == kind::ack);
  CHECK(x.done.end_input);
}

TEST_CASE("a program that ignores its end gets SIGTERM, then SIGKILL") {
  stage x;
  x.call();
  x.tested.close("closing\n", x.now + 10s, 2s, x.now, x.done);
  x.pass(10s);
  CHECK(x.done.end_input);
  CHECK(x.signal() == 0);
  x.pass(2s);
  CHECK(x.signal() == SIGTERM);
  x.pass(2s);
  CHECK(x.signal() == SIGKILL);
  x.end(by_signal(SIGKILL));
  CHECK(x.result().what == kind::failed);
}

TEST_CASE("an answer to the line that it is closed is no failure") {
  stage x;
  x.tested.close("closing\n", x.now + 10s, 2s, x.now, x.done);
  x.line(R"({"ack":true})");
  CHECK(x.tested.failure().empty());
  CHECK(x.signal() == 0);
}

TEST_CASE("a second close can only bring the end forward") {
  stage x;
  x.call();
  x.tested.close("first\n", x.now + 10s, 2s, x.now, x.done);
  x.tested.close("second\n", x.now, 3s, x.now, x.done);
  CHECK(x.done.write == "first\n");
  CHECK(x.done.end_input);
  x.pass(2s);
  CHECK(x.signal() == 0);
  x.tested.close("third\n", x.now, 500ms, x.now, x.done);
  x.pass(500ms);
  CHECK(x.signal() == SIGTERM);
  x.pass(500ms);
  CHECK(x.signal() == SIGKILL);
}

TEST_CASE("a program whose input ends early has all of term-after") {
  stage x;
  x.tested.close("closing\n", x.now + 20s, 2s, x.now, x.done);
  CHECK(x.done.end_input);
  x.pass(4s);
  CHECK(x.signal() == 0);
  x.pass(1s);
  CHECK(x.signal() == SIGTERM);
  x.pass(4s);
  CHECK(x.signal() == 0);
  x.pass(1s);
  CHECK(x.signal() == SIGKILL);
}

TEST_CASE(
  "a program that ignores SIGTERM has no longer when its partition goes") {
  stage x;
  x.call();
  x.tested.terminate("test", x.now, x.done);
  CHECK(x.signal() == SIGTERM);
  x.tested.close("closing\n", x.now + 1s, 500ms, x.now, x.done);
  x.pass(2s); // term-after is 5 s
  CHECK(x.signal() == SIGKILL);
}

TEST_CASE("an orderly end is no failure, whatever its status") {
  stage x;
  x.tested.close("closing\n", x.now + 10s, 2s, x.now, x.done);
  x.end(exited(1));
  CHECK(x.tested.failure().empty());
  CHECK(x.done.logs.empty());
}

TEST_CASE("a process of a pool may keep nothing") {
  auto line = GENERATE(R"({"no_ack":true})", R"({"continue":true})",
                       R"({"acked":[12],"generation":7})",
                       R"({"acked_through":12,"generation":7})",
                       R"({"nack":12})");
  stage x{session::life::pool};
  x.call();
  x.line(line);
  CHECK(x.signal() == SIGTERM);
  CHECK(x.done.acks.empty());
}

TEST_CASE("a process that is given back is gone by the deadline") {
  time_point now{1h};
  auto x = plan_ending(now, now + 10s, 5s);
  CHECK(x.latest == now + 3500ms);
  CHECK(x.grace == 2s);
  auto roomy = plan_ending(now, now + 30s, 5s);
  CHECK(roomy.latest == now + 17s);
  CHECK(roomy.grace == 5s);
  auto past = plan_ending(now, now - 1s, 5s);
  CHECK(past.latest == now);
  CHECK(past.grace == 0s);
}

TEST_CASE("more ends in a minute than ten are too many") {
  exit_budget x;
  time_point now{1h};
  for (std::size_t i = 0; i < exit_budget::exits_max; ++i)
    CHECK(x.take(now + i * 1s));
  CHECK_FALSE(x.take(now + 59s));
  CHECK(x.take(now + 60s));
  CHECK_FALSE(x.take(now + 60s));
}

namespace {

/// What a program may write, right or wrong.
constexpr const char* lines[] = {R"({"ack":true})",
                                 R"({"ack":12})",
                                 R"({"ack":13})",
                                 R"({"no_ack":true})",
                                 R"({"fail":14})",
                                 R"({"acked":[12],"generation":7})",
                                 R"({"acked_through":14,"generation":7})",
                                 R"({"working":true})",
                                 "text",
                                 "{"};

} // namespace

TEST_CASE("every call ends once, and nothing counts behind a SIGTERM") {
  check_property("a session", [] {
    session tested{session::life::worker, limits};
    time_point now{1h};
    int open = 0;
    auto is_told_to_end = false;
    auto last_state = tested.now_in();
    auto steps = *rc::gen::container<std::vector<std::pair<int, int>>>(
      rc::gen::pair(rc::gen::inRange(0, 8), rc::gen::inRange(0, 10)));
    for (auto [what, how] : steps) {
      actions done;
      switch (what) {
        case 0:
          tested.on_started();
          break;
        case 1:
          if (tested.takes_calls()) {
            open_call x;
            x.offsets.insert({12, 15});
            x.last = 14;
            x.generation = 7;
            tested.call(x, now, done);
            ++open;
          }
          break;
        case 2:
          now += how * 7s;
          tested.on_time(now, done);
          break;
        case 3:
          if (how == 0)
            tested.close("x\n", now + 10s, 2s, now, done);
          break;
        case 4:
          if (how == 0 && tested.now_in() != state::gone)
            tested.on_end(exited(0), done);
          break;
        default:
          if (tested.now_in() != state::gone)
            tested.on_line(lines[how], now, done);
      }
      if (is_told_to_end)
        RC_ASSERT(done.acks.empty());
      if (done.result) {
        RC_ASSERT(open == 1);
        --open;
        if (is_told_to_end)
          RC_ASSERT(tested.now_in() == state::gone
                    && done.result->what == kind::failed);
      }
      is_told_to_end = is_told_to_end || done.signal != 0;
      RC_ASSERT(tested.calling() == (open == 1));
      if (tested.now_in() == state::gone)
        RC_ASSERT(open == 0 && !tested.next_time());
      // Only between `idle` and `calling` does it ever go back.
      auto x = tested.now_in();
      RC_ASSERT(x >= last_state
                || (x == state::idle && last_state == state::calling));
      last_state = x;
    }
  });
}
