// What the commands `cafka dead-letters …` refuse without asking a broker, and
// which letters are meant.

#include "dead_letters/dead_letters.hpp"
#include "support/catch.hpp"
#include "support/run_program.hpp"
#include "support/scratch_directory.hpp"
#include "support/written_record.hpp"

using namespace cafka;
using namespace cafka::app;
using namespace cafka::test;

namespace {

std::string group(const std::string& name) {
  return name + " {\n group = \"" + name + "\"\n topics = [\"t\"]\n"
         + " endpoints = [\"127.0.0.1:1\"]\n handler = \"count\"\n}\n";
}

struct dead_letters_world {
  dead_letters_world() {
    one = files.write("one.conf", "cafka { groups {\n" + group("a") + "}}\n");
    two = files.write("two.conf",
                      "cafka { groups {\n" + group("a") + group("b") + "}}\n");
  }
  scratch_directory files;
  std::string one;
  std::string two;
};

found_letter letter(const std::string& topic, const std::string& cause,
                    std::optional<std::int64_t> time_ms) {
  core::dead_letter says;
  says.source = {topic, 0};
  says.error_class = "E";
  says.cause = cause;
  says.time_ms = time_ms;
  return {written({"dlq", 0, "k", "v", {}}, 0, 5'000,
                  timestamp_type::create_time),
          says};
}

letter_filter filter(const std::string& topic,
                     std::optional<std::int64_t> since_ms,
                     const std::string& cause) {
  return {topic, since_ms, cause};
}

} // namespace

TEST_CASE(
  "dead-letters of a file with several groups need a name, and one that "
  "is there") {
  dead_letters_world w;
  auto none = run_program({"dead-letters", "list", w.two});
  CHECK(none.code == 2);
  CHECK(
    has(none.err, "the config file has several groups: --group says which"));
  auto other = run_program({"dead-letters", "list", w.two, "--group", "c"});
  CHECK(other.code == 2);
  CHECK(has(other.err, "--group c: no group of the config file has this name"));
}

TEST_CASE("dead-letters refuses a time and a place that are none") {
  dead_letters_world w;
  auto time = run_program({"dead-letters", "list", w.one, "--since", "noon"});
  CHECK(time.code == 2);
  CHECK(has(time.err, "--since noon: 2026-11-29"));
  for (auto* text : {"1", "1@", "@1", "-1@2", "1@2x"}) {
    auto place = run_program({"dead-letters", "show", w.one, text});
    CHECK(place.code == 2);
  }
}

TEST_CASE("the place of a dead letter is as it is listed, without its topic "
          "where there is one alone") {
  std::vector<std::string> one{"dlq.a"};
  std::vector<std::string> two{"dlq.t", "dlq.t-2"};
  auto text = [](const std::optional<letter_place>& x) {
    return x ? x->where.topic + "-" + std::to_string(x->where.partition) + "@"
                 + std::to_string(x->offset)
             : "none";
  };
  CHECK(text(letter_place_of("3@7", one)) == "dlq.a-3@7");
  CHECK(text(letter_place_of("dlq.a-3@7", one)) == "dlq.a-3@7");
  CHECK(text(letter_place_of("dlq.t-2-0@7", two)) == "dlq.t-2-0@7");
  CHECK(text(letter_place_of("dlq.t-2@7", two)) == "dlq.t-2@7");
  for (auto* x : {"0@7", "dlq.a-0@7", "dlq.t-0", "dlq.t@7", "dlq.t-@7", "-0@7"})
    CHECK_FALSE(letter_place_of(x, two));
}

TEST_CASE("dead-letters show names the topics where there are several") {
  dead_letters_world w;
  auto several = w.files.write(
    "several.conf",
    "cafka { groups { a {\n group = \"a\"\n topics = [\"t\", \"t-2\"]\n"
    " endpoints = [\"127.0.0.1:1\"]\n handler = \"count\"\n"
    " on-failure { dead-letter { topic = \"dlq.{topic}\" } }\n}}}\n");
  auto without = run_program({"dead-letters", "show", several, "0@7"});
  CHECK(without.code == 2);
  CHECK(has(without.err, "0@7: TOPIC-PARTITION@OFFSET, as dlq.t-3@1200; the "
                         "topics are dlq.t, dlq.t-2"));
  auto other = run_program({"dead-letters", "show", w.one, "other-0@7"});
  CHECK(other.code == 2);
  CHECK(has(other.err, "other-0@7: PARTITION@OFFSET, as 3@1200, or "
                       "dlq.a-3@1200"));
}

TEST_CASE("dead-letters tells soon that no broker answers") {
  dead_letters_world w;
  auto x = run_program({"dead-letters", "list", w.one, "--timeout", "1"});
  CHECK(x.code == 6);
  CHECK(has(x.err, "cafka dead-letters: "));
}

TEST_CASE("a time of dead letters is a date, a time of UTC or milliseconds") {
  CHECK(time_of("1970-01-02") == 86'400'000);
  CHECK(time_of("1970-01-01T01:00") == 3'600'000);
  CHECK(time_of("1970-01-01T00:00:07Z") == 7'000);
  CHECK(time_of("12345") == 12'345);
  CHECK_FALSE(time_of(""));
  CHECK_FALSE(time_of("-5"));
  CHECK_FALSE(time_of("1970-13-01"));
  CHECK_FALSE(time_of("1970-01-01T00:00:07+02:00"));
  CHECK(text_of_time(7'000) == "1970-01-01T00:00:07Z");
  CHECK(text_of_time(std::nullopt) == "-");
}

TEST_CASE("a dead letter is meant if its topic, its time and its cause are") {
  auto x = letter("orders", "no such customer", 1'000);
  CHECK(matches(x, {}));
  CHECK(matches(x, filter("orders", 1'000, "customer")));
  CHECK(matches(x, filter("", std::nullopt, "E"))); // the type of the cause
  CHECK_FALSE(matches(x, filter("order", std::nullopt, "")));
  CHECK_FALSE(matches(x, filter("", 1'001, "")));
  CHECK_FALSE(matches(x, filter("", std::nullopt, "Customer")));
  // Of a writer that does not say when the record's own time counts.
  auto foreign = letter("orders", "", std::nullopt);
  CHECK(matches(foreign, filter("", 5'000, "")));
  CHECK_FALSE(matches(foreign, filter("", 5'001, "")));
}
