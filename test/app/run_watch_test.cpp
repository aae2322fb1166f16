#include "program/run_watch.hpp"

#include "support/catch.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

using namespace cafka;
using namespace cafka::app;
using namespace std::chrono_literals;

namespace {

using strings = std::vector<std::string>;

constexpr time_point start{1h};

event joined() {
  event x;
  x.kind = event_kind::assignment_complete;
  return x;
}

/// What groups of these names would be told of a run, which answer when the
/// test wants.
struct watch_world {
  explicit watch_world(const strings& names = {"a"},
                       std::optional<std::chrono::microseconds> watchdog
                       = std::nullopt)
    : log(std::make_shared<event_log>(event_log::settings{
      core::log_format::text,
      core::log_level::information,
      {},
      [] { return std::int64_t{0}; },
      [this](const std::string& x) { lines.push_back(x); }})),
      service({[this](std::string_view x) { return take(x); }, watchdog},
              names.size()) {
    for (auto& name : names)
      watch.board().add(name, [this, name](auto tell) {
        open.push_back([name, tell](bool answers) {
          tell(answers ? std::optional{status_of(name)} : std::nullopt);
        });
      });
  }

  static group_status status_of(const std::string& name) {
    group_status x;
    x.name = x.group = name;
    x.partitions.emplace_back();
    x.partitions.back().tp = {"t", 0};
    x.partitions.back().lag = 7;
    return x;
  }

  bool take(std::string_view state) {
    if (is_full)
      return false;
    told.emplace_back(state);
    return true;
  }

  void answer(bool well = true) {
    for (auto& each : std::exchange(open, {}))
      each(well);
  }
  /// A look, the answers to what it asks, the look that takes them, and one
  /// that sees what was told of them.
  void look(time_point now) {
    watch.look(now, false);
    answer();
    watch.look(now, false);
    watch.look(now, false);
  }
  /// What was told since the last call.
  strings take_told() {
    return std::exchange(told, {});
  }

  strings lines;
  strings told; // to the service manager
  bool is_full = false;
  std::vector<std::function<void(bool)>> open;
  std::shared_ptr<event_log> log;
  service_state service;
  run_watch watch{log, service, start};
};

const std::string group_line_of_a
  = "1970-01-01T00:00:00.000Z info a status name=a state=running partitions=1 "
    "healthy=1 lag=7";
const std::string sentence = "STATUS=1 of 1 partitions are healthy, lag 7";

} // namespace

TEST_CASE("with nothing to tell the lag of each group is told once a minute") {
  watch_world w;
  w.look(start);
  w.look(start + 59s);
  CHECK(w.lines.empty());
  w.look(start + 60s);
  CHECK(w.lines == strings{group_line_of_a});
  w.look(start + 119s);
  CHECK(w.lines.size() == 1);
  w.look(start + 120s);
  CHECK(w.lines == strings{group_line_of_a, group_line_of_a});
  w.log->note(core::log_level::information, "e", "something");
  w.look(start + 121s);
  w.look(start + 180s);
  CHECK(w.lines.size() == 3); // that one
  w.look(start + 181s);
  CHECK(w.lines.size() == 4);
}

TEST_CASE(
  "the status is told to who asks by a signal, and no group waited for") {
  watch_world w{{"a", "b"}};
  w.watch.look(start, true);
  w.watch.look(start, false);
  CHECK(w.lines.empty());      // they did not answer yet
  REQUIRE(w.open.size() == 2); // nor are they asked twice
  w.open[0](true);
  w.open[1](false);
  w.watch.look(start, false);
  REQUIRE(w.lines.size() == 3);
  CHECK(w.lines[0] == group_line_of_a);
  CHECK(w.lines[1].find(" a t/0 status state=starting health=healthy lag=7 ")
        != std::string::npos);
  CHECK(w.lines[2]
        == "1970-01-01T00:00:00.000Z error status name=b: the group did not "
           "answer within 30 s, or has ended");
}

TEST_CASE("a service is ready when every group was in its group once") {
  watch_world w{{"a", "b"}};
  w.look(start);
  REQUIRE(w.told.size() == 1);
  CHECK(w.take_told()[0].ends_with("; not in the group yet: a, b\n"));
  w.service.on_event("a", joined());
  w.service.on_event("a", joined()); // again
  w.look(start + 1s);
  CHECK(w.told.empty());
  w.is_full = true;
  w.service.on_event("b", joined());
  w.look(start + 2s);
  CHECK(w.told.empty());
  w.is_full = false; // what nobody took is told again
  w.look(start + 3s);
  CHECK(w.take_told()
        == strings{"READY=1\nSTATUS=2 of 2 partitions are healthy, lag 14\n"});
  w.look(start + 4s);
  CHECK(w.told.empty());
  w.look(start + 13s);
  CHECK(w.take_told()
        == strings{"STATUS=2 of 2 partitions are healthy, lag 14\n"});
}

TEST_CASE("the watchdog is told for as long as every group answers") {
  watch_world w{{"a"}, 3s};
  w.service.on_event("a", joined());
  w.look(start);
  CHECK(w.take_told() == strings{"READY=1\n" + sentence + "\nWATCHDOG=1\n"});
  w.look(start + 2s);
  CHECK(w.told.empty());
  w.look(start + 3s);
  CHECK(w.take_told() == strings{sentence + "\nWATCHDOG=1\n"});
  w.watch.look(start + 6s, false);
  w.watch.look(start + 9s, false);
  CHECK(w.told.empty()); // it was asked, and is silent
  w.answer(false);
  w.watch.look(start + 36s, false);
  CHECK(w.take_told()
        == strings{"STATUS=0 of 0 partitions are healthy, lag 0; without an "
                   "answer: a\n"});
}

TEST_CASE("a service that stops says so, and goes on telling the watchdog") {
  watch_world w{{"a"}, 3s};
  w.service.stop(start);
  REQUIRE(w.told.size() == 1);
  CHECK(w.take_told()[0].starts_with("STOPPING=1\nSTATUS=stopping: "));
  w.service.look_while_stopping(start);
  CHECK(w.take_told() == strings{"WATCHDOG=1\n"});
  w.service.look_while_stopping(start + 2s);
  CHECK(w.told.empty());
  w.service.look_while_stopping(start + 3s);
  CHECK(w.take_told() == strings{"WATCHDOG=1\n"});
}

TEST_CASE("nobody is told of a run that no service manager started") {
  service_state x{{}, 1};
  x.on_event("a", joined());
  CHECK_FALSE(x.is_due(start));
  x.show({}, start);
  x.stop(start);
  x.look_while_stopping(start);
}
