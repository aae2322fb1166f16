#include "program/event_log.hpp"

#include "api/log_lines.hpp"

#include "support/catch.hpp"

#include <vector>

using namespace cafka;
using namespace cafka::app;

namespace {

struct written_log {
  explicit written_log(int level = core::log_level::information)
    : log({core::log_format::logfmt,
           level,
           {},
           [] { return std::int64_t{0}; },
           [this](const std::string& x) { lines.push_back(x); }}) {
  }

  std::vector<std::string> lines;
  event_log log;
};

event worker_failed() {
  event x;
  x.kind = event_kind::worker_failed;
  x.group = "order-readers";
  x.tp = {"orders", 3};
  x.generation = {2};
  x.code = errc::handler_failed;
  x.text = "one\ntwo";
  return x;
}

} // namespace

TEST_CASE("an event is one line, whatever its names and texts hold") {
  event x;
  x.kind = event_kind::client_error;
  x.group = "order-readers";
  x.tp = {"orders", 3};
  x.code = errc::unknown_topic;
  x.text = "a \"topic\"";
  CHECK(to_string(x)
        == "event=client_error group=order-readers partition=orders/3 "
           "code=unknown_topic text=\"a \\\"topic\\\"\"");
  x = {};
  x.group = "two\nlines and blanks";
  x.text = "one\r\ntwo";
  CHECK(to_string(x)
        == "event=assigned group=\"two\\nlines and blanks\" "
           "text=\"one\\r\\ntwo\"");
}

TEST_CASE("an event is a line of the log with all that it has") {
  written_log x;
  x.log.on_event(worker_failed());
  REQUIRE(x.lines.size() == 1);
  CHECK(x.lines[0]
        == "time=1970-01-01T00:00:00.000Z level=warning group=order-readers "
           "partition=orders/3 event=worker_failed generation=2 "
           "code=handler_failed text=\"one\\ntwo\"");
}

TEST_CASE("librdkafka's lines are lines of the log, with their facility") {
  written_log x;
  x.log.on_record({3, "two\nlines", "FAIL", "one\ntwo"});
  REQUIRE(x.lines.size() == 1);
  CHECK(x.lines[0]
        == "time=1970-01-01T00:00:00.000Z level=error group=\"two\\nlines\" "
           "event=log facility=FAIL text=\"one\\ntwo\"");
}

TEST_CASE("a program's line is of the partition that it names") {
  auto line = [](const std::string& text) {
    return line_of(log_record{6, "g", "exec", text});
  };
  CHECK(line("orders/12 | said").partition == "orders/12");
  CHECK(line("orders/12 | said | more").text == "said | more");
  // Of a process for all partitions, which has the group's name.
  for (std::string text : {"many | orders/1", "a b/1 | x", "/1 | x", "a/ | x",
                           "a/1b | x", "a/1", ""}) {
    CHECK(line(text).partition.empty());
    CHECK(line(text).text == text);
  }
  log_record librdkafka{6, "g", "FAIL", "orders/12 | said"};
  CHECK(line_of(librdkafka).partition.empty());
}

TEST_CASE("the log has what its level asks for, and what matters more") {
  struct {
    int level;
    std::size_t lines;
  } expected[] = {{core::log_level::error, 1},
                  {core::log_level::warning, 2},
                  {core::log_level::information, 3},
                  {core::log_level::debug, 4}};
  for (auto& [level, lines] : expected) {
    written_log x{level};
    for (auto kind : {event_kind::supervisor_gave_up, event_kind::worker_failed,
                      event_kind::assigned, event_kind::committed}) {
      event told;
      told.kind = kind;
      x.log.on_event(told);
    }
    CHECK(x.lines.size() == lines);
    CHECK(x.log.lines() == lines);
  }
  written_log quiet{core::log_level::error};
  quiet.log.write_always({.level = core::log_level::debug, .event = "status"});
  CHECK(quiet.lines.size() == 1);
}

TEST_CASE("every warning of a group is a warning of its log, or an error") {
  auto last = static_cast<int>(event_kind::supervisor_gave_up);
  for (int i = 0; i <= last; ++i) {
    auto kind = static_cast<event_kind>(i);
    INFO(to_string(kind));
    CHECK(is_warning(kind) == (level_of(kind) <= core::log_level::warning));
  }
}
