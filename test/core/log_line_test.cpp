#include "core/log_line.hpp"

#include "core/utf8_text.hpp"

#include "support/property.hpp"

using namespace cafka::core;
using namespace cafka::test;

namespace {

constexpr std::int64_t at = 1'764'450'261'007; // 2025-11-29 21:04:21.007 UTC

log_line failed_worker() {
  return {log_level::warning,
          "order-readers",
          "orders/3",
          "worker_failed",
          {{"generation", 2}, {"code", "handler_failed"}},
          "a \"disk\" is full"};
}

std::string text_of(const log_line& x, const log_look& look = {}) {
  return to_text(x, at, log_format::text, look);
}

} // namespace

TEST_CASE("a log line has the time, the level, the group, the partition, the "
          "event and its fields, in each format") {
  auto x = failed_worker();
  CHECK(text_of(x)
        == "2025-11-29T21:04:21.007Z warning order-readers orders/3 "
           "worker_failed generation=2 code=handler_failed: a \"disk\" is "
           "full");
  CHECK(to_text(x, at, log_format::logfmt)
        == "time=2025-11-29T21:04:21.007Z level=warning group=order-readers "
           "partition=orders/3 event=worker_failed generation=2 "
           "code=handler_failed text=\"a \\\"disk\\\" is full\"");
  CHECK(to_text(x, at, log_format::json)
        == R"({"time":"2025-11-29T21:04:21.007Z","level":"warning",)"
           R"("group":"order-readers","partition":"orders/3",)"
           R"("event":"worker_failed","generation":2,)"
           R"("code":"handler_failed","text":"a \"disk\" is full"})");
}

TEST_CASE("a log line leaves out what is not there") {
  log_line x{.event = "stopping"};
  CHECK(text_of(x) == "2025-11-29T21:04:21.007Z info stopping");
  CHECK(to_text(x, at, log_format::logfmt)
        == "time=2025-11-29T21:04:21.007Z level=info event=stopping");
  CHECK(to_text(x, at, log_format::json)
        == R"({"time":"2025-11-29T21:04:21.007Z","level":"info",)"
           R"("event":"stopping"})");
}

TEST_CASE("times are those of RFC 3339 in UTC with milliseconds") {
  CHECK(utc_text(0) == "1970-01-01T00:00:00.000Z");
  CHECK(utc_text(951'782'399'999) == "2000-02-28T23:59:59.999Z");
  CHECK(utc_text(951'782'400'000) == "2000-02-29T00:00:00.000Z");
  CHECK(utc_text(-1) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("hostile text is escaped in every format of the log") {
  log_line x{log_level::warning,
             "two\nlines",
             "t\x1b[2J/0",
             "client_error",
             {{"key", std::string{"a=b\0\xff", 5}}},
             "\r\"\\\xc2\x9b"
             "2J\x7f\xed\xa0\x80 gr\xc3\xbc\xc3\x9f"};
  CHECK(text_of(x)
        == "2025-11-29T21:04:21.007Z warning \"two\\nlines\" \"t\\x1b[2J/0\" "
           "client_error key=\"a=b\\x00\\xff\": "
           "\\r\"\\\\xc2\\x9b2J\\x7f\\xed\\xa0\\x80 gr\xc3\xbc\xc3\x9f");
  CHECK(to_text(x, at, log_format::logfmt)
        == "time=2025-11-29T21:04:21.007Z level=warning "
           "group=\"two\\nlines\" partition=\"t\\x1b[2J/0\" "
           "event=client_error key=\"a=b\\x00\\xff\" "
           "text=\"\\r\\\"\\\\\\xc2\\x9b2J\\x7f\\xed\\xa0\\x80 "
           "gr\xc3\xbc\xc3\x9f\"");
  CHECK(to_text(x, at, log_format::json)
        == "{\"time\":\"2025-11-29T21:04:21.007Z\",\"level\":\"warning\","
           "\"group\":\"two\\u000alines\",\"partition\":\"t\\u001b[2J/0\","
           "\"event\":\"client_error\",\"key\":\"a=b\\u0000\xef\xbf\xbd\","
           "\"text\":\"\\u000d\\\"\\\\\\u009b2J\\u007f"
           "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd gr\xc3\xbc\xc3\x9f\"}");
}

TEST_CASE("no bytes make a log line of two, or one that is no UTF-8") {
  check_property("a line stays one line of UTF-8", [] {
    auto drawn = *rc::gen::arbitrary<std::vector<std::uint8_t>>();
    std::string bytes{drawn.begin(), drawn.end()};
    log_line x{log_level::error, bytes, bytes, bytes, {{"f", bytes}}, bytes};
    for (auto format : {log_format::text, log_format::json, log_format::logfmt})
      for (auto left = to_text(x, at, format); !left.empty();) {
        auto size = character_size(left);
        RC_ASSERT(size > 0u);
        RC_ASSERT_FALSE(is_control(std::string_view{left}.substr(0, size)));
        left.erase(0, size);
      }
  });
}

TEST_CASE("a terminal shows short times, and levels in colour") {
  auto x = failed_worker();
  x.fields.clear();
  CHECK(text_of(x, {.short_time = true})
        == "21:04:21.007Z warning order-readers orders/3 worker_failed: a "
           "\"disk\" is full");
  log_line y{.level = log_level::error, .event = "ended"};
  CHECK(text_of(y, {.short_time = true, .colours = true})
        == "\x1b[2m21:04:21.007Z\x1b[0m \x1b[31merror\x1b[0m ended");
  y.level = log_level::information;
  CHECK(text_of(y, {.colours = true})
        == "\x1b[2m2025-11-29T21:04:21.007Z\x1b[0m info ended");
  // What programs read has neither.
  for (auto format : {log_format::json, log_format::logfmt})
    CHECK(to_text(x, at, format, {.short_time = true, .colours = true})
          == to_text(x, at, format));
}

TEST_CASE("the journal gets the priority of each line") {
  for (auto format : {log_format::text, log_format::json, log_format::logfmt})
    for (auto level : {0, 3, 4, 6, 7}) {
      log_line x{.level = level, .event = "e"};
      CHECK(to_text(x, at, format, {.priorities = true})
            == '<' + std::to_string(level) + '>' + to_text(x, at, format));
    }
}

TEST_CASE("formats and levels of the log have names") {
  CHECK(log_format_of("text") == log_format::text);
  CHECK(log_format_of("json") == log_format::json);
  CHECK(log_format_of("logfmt") == log_format::logfmt);
  CHECK(log_format_of("xml") == std::nullopt);
  for (int level = 0; level <= 7; ++level)
    CHECK(level_of(level_name(level)) == level);
  CHECK(level_of("") == std::nullopt);
  CHECK(level_name(-1) == "emergency");
  CHECK(level_name(99) == "debug");
}
