#include "core/dead_letter.hpp"

#include "core/utf8_text.hpp"

#include "support/property.hpp"
#include "support/written_record.hpp"

#include <algorithm>

using namespace cafka;
using namespace cafka::core;
using namespace cafka::test;

namespace {

using headers = std::vector<output_header>;
using optional_text = std::optional<std::string>;

constexpr std::int64_t written_at = 1'700'000'000'000;

owned_record failed_record(headers own = {}) {
  return written({"orders", 5, "k", "v", std::move(own)}, 42, 1'234,
                 timestamp_type::create_time);
}

letter_cause note() {
  return {"g", "client-1", 3, "std::runtime_error", "no such customer"};
}

dead_letter_form form() {
  return {"dlq.g", 4, true, header_style::kafka};
}

output letter_of(const owned_record& x, bool shrunk = false) {
  return make_dead_letter(x.view(), note(), form(), written_at, shrunk);
}

/// All values of this header.
std::vector<optional_text> values_of(const output& x, const std::string& name) {
  std::vector<optional_text> result;
  for (auto& h : x.headers)
    if (h.name == name)
      result.push_back(h.value);
  return result;
}

std::optional<dead_letter> read(const output& x) {
  auto record = written(x, 0);
  return read_dead_letter(record.view());
}

std::optional<dead_letter> read(headers xs) {
  return read(output{"dlq", 0, {}, {}, std::move(xs)});
}

std::string bytes(std::initializer_list<int> xs) {
  return {xs.begin(), xs.end()};
}

std::vector<std::string> names_of(const output& x) {
  std::vector<std::string> result;
  for (auto& h : x.headers)
    result.push_back(h.name);
  return result;
}

} // namespace

TEST_CASE("a dead letter has the record's key and value and says in text where "
          "it is from and why it failed") {
  auto uut = letter_of(failed_record({{"a", "1"}, {"a", std::nullopt}}));
  CHECK(uut.topic == "dlq.g");
  CHECK(uut.partition == 1); // 5 modulo 4
  CHECK(uut.key == "k");
  CHECK(uut.value == "v");
  CHECK(uut.headers
        == headers{{"a", "1"},
                   {"a", std::nullopt},
                   {"__dlq.errors.topic", "orders"},
                   {"__dlq.errors.partition", "5"},
                   {"__dlq.errors.offset", "42"},
                   {"__dlq.errors.group", "g"},
                   {"__dlq.errors.delivery.count", "3"},
                   {"__dlq.errors.message", "no such customer"},
                   {"__cafka.errors.class", "std::runtime_error"},
                   {"__cafka.errors.time", "1700000000000"},
                   {"__cafka.errors.timestamp", "1234"},
                   {"__cafka.errors.timestamp.type", "CreateTime"},
                   {"__cafka.errors.client", "client-1"}});
}

TEST_CASE("a null key and a null value of a dead letter stay null, and empty "
          "ones empty") {
  auto nulls = letter_of(written({"t", 0, {}, {}, {}}, 0));
  CHECK(nulls.key == std::nullopt);
  CHECK(nulls.value == std::nullopt);
  auto empty = letter_of(written({"t", 0, "", "", {}}, 0));
  CHECK(empty.key == "");
  CHECK(empty.value == "");
}

TEST_CASE("a dead letter of a record without a timestamp names none") {
  auto uut = letter_of(written({"t", 0, "k", "v", {}}, 0));
  CHECK(values_of(uut, "__cafka.errors.timestamp").empty());
  CHECK(values_of(uut, "__cafka.errors.timestamp.type")
        == std::vector<optional_text>{"NoTimestampType"});
}

TEST_CASE("the cause in a dead letter has at most 1,000 bytes and ends with a "
          "whole character") {
  auto why = note();
  why.cause = std::string(999, 'x') + "\xc3\xa9";
  auto record = failed_record();
  auto uut = make_dead_letter(record.view(), why, form(), written_at);
  CHECK(values_of(uut, "__dlq.errors.message")
        == std::vector<optional_text>{std::string(999, 'x')});
  why.cause = std::string(998, 'x') + "\xc3\xa9";
  uut = make_dead_letter(record.view(), why, form(), written_at);
  CHECK(values_of(uut, "__dlq.errors.message")
        == std::vector<optional_text>{why.cause});
}

TEST_CASE("a dead letter that was too large goes without copied headers and "
          "with a cause of 100 bytes") {
  auto why = note();
  why.cause = std::string(2'000, 'x');
  auto record = failed_record({{"a", "1"}, {"__cafka.replay.count", "2"}});
  auto uut = make_dead_letter(record.view(), why, form(), written_at, true);
  CHECK(values_of(uut, "a").empty());
  CHECK(values_of(uut, "__dlq.errors.message")
        == std::vector<optional_text>{std::string(100, 'x')});
  CHECK(values_of(uut, "__cafka.replay.count")
        == std::vector<optional_text>{"2"});
  CHECK(uut.value == "v");
}

TEST_CASE("without copy-headers a dead letter has ours alone, and how often it "
          "was replayed") {
  auto plain = form();
  plain.copy_headers = false;
  auto record = failed_record({{"a", "1"}, {"__cafka.replay.count", "1"}});
  auto uut = make_dead_letter(record.view(), note(), plain, written_at);
  CHECK(values_of(uut, "a").empty());
  CHECK(values_of(uut, "__cafka.replay.count")
        == std::vector<optional_text>{"1"});
}

TEST_CASE("with the style spring the headers of Spring stand besides, in its "
          "binary form") {
  auto both = form();
  both.style = header_style::spring;
  auto record = failed_record({{"kafka_dlt-original-topic", "older"}});
  auto uut = make_dead_letter(record.view(), note(), both, written_at);
  auto is = [&](const std::string& name, const std::string& value) {
    INFO(name);
    CHECK(values_of(uut, "kafka_dlt-" + name)
          == std::vector<optional_text>{value});
  };
  is("original-topic", "orders");
  is("original-partition", bytes({0, 0, 0, 5}));
  is("original-offset", bytes({0, 0, 0, 0, 0, 0, 0, 42}));
  is("original-timestamp", bytes({0, 0, 0, 0, 0, 0, 4, '\xd2'}));
  is("original-timestamp-type", "CreateTime");
  is("original-consumer-group", "g");
  is("exception-fqcn", "std::runtime_error");
  is("exception-message", "no such customer");
  CHECK(values_of(uut, "__dlq.errors.topic").size() == 1);
}

TEST_CASE("a record that fails again after a replay carries its newest set "
          "once, and its count of replays") {
  auto first = written(letter_of(failed_record({{"a", "1"}})), 7);
  auto from = read_dead_letter(first.view());
  REQUIRE(from);
  auto replayed = make_replay(first.view(), *from);
  CHECK(replayed.topic == "orders");
  CHECK(replayed.partition == 5);
  CHECK(replayed.key == "k");
  CHECK(replayed.value == "v");
  CHECK(replayed.headers == headers{{"a", "1"}, {"__cafka.replay.count", "1"}});
  auto again = letter_of(written(replayed, 99));
  CHECK(values_of(again, "__dlq.errors.offset")
        == std::vector<optional_text>{"99"});
  CHECK(values_of(again, "__cafka.replay.count")
        == std::vector<optional_text>{"1"});
  CHECK(read(again)->replays == 1);
  // Also where nobody took the headers off.
  auto unmended = letter_of(written(letter_of(failed_record()), 8));
  CHECK(values_of(unmended, "__dlq.errors.offset")
        == std::vector<optional_text>{"8"});
}

TEST_CASE("a replay to another topic leaves the partition to the key, and "
          "takes off the error headers of every writer") {
  auto record = written({"dlq",
                         0,
                         "k",
                         "v",
                         {{"__connect.errors.topic", "t"},
                          {"__streams.errors.topic", "t"},
                          {"__dlq.errors.topic", "t"},
                          {"__cafka.errors.class", "x"},
                          {"kafka_dlt-original-topic", "t"},
                          {"mine", std::nullopt},
                          {"__cafka.replay.count", "4"}}},
                        3);
  dead_letter from;
  from.source = {"t", 1};
  from.replays = 4;
  auto uut = make_replay(record.view(), from, "elsewhere");
  CHECK(uut.topic == "elsewhere");
  CHECK(uut.partition == std::nullopt);
  CHECK(names_of(uut)
        == std::vector<std::string>{"mine", "__cafka.replay.count"});
  CHECK(uut.headers.back().value == "5");
}

TEST_CASE("headers of KIP-1191 alone are read") {
  auto x = read(headers{{"__dlq.errors.topic", "t"},
                        {"__dlq.errors.partition", "2"},
                        {"__dlq.errors.offset", "30"},
                        {"__dlq.errors.group", "share"},
                        {"__dlq.errors.delivery.count", "5"},
                        {"__dlq.errors.message", "why"}});
  REQUIRE(x);
  CHECK(x->source == topic_partition{"t", 2});
  CHECK(x->offset == 30);
  CHECK(x->group == "share");
  CHECK(x->failures == 5u);
  CHECK(x->cause == "why");
  CHECK_FALSE(x->time_ms);
}

TEST_CASE("headers of Kafka Connect are read") {
  auto x
    = read(headers{{"__connect.errors.topic", "t"},
                   {"__connect.errors.partition", "2"},
                   {"__connect.errors.offset", "30"},
                   {"__connect.errors.connector.name", "sink"},
                   {"__connect.errors.task.id", "0"},
                   {"__connect.errors.stage", "VALUE_CONVERTER"},
                   {"__connect.errors.class.name", "org.example.Converter"},
                   {"__connect.errors.exception.class.name", "org.example.Bad"},
                   {"__connect.errors.exception.message", "bad bytes"},
                   {"__connect.errors.exception.stacktrace", "at …"}});
  REQUIRE(x);
  CHECK(x->source == topic_partition{"t", 2});
  CHECK(x->offset == 30);
  CHECK_FALSE(x->group);
  CHECK_FALSE(x->failures);
  CHECK(x->error_class == "org.example.Bad");
  CHECK(x->cause == "bad bytes");
  CHECK(x->client == "sink");
}

TEST_CASE("headers of Kafka Streams are read") {
  auto x = read(headers{{"__streams.errors.exception", "java.lang.Error"},
                        {"__streams.errors.stacktrace", "at …"},
                        {"__streams.errors.message", "no"},
                        {"__streams.errors.topic", "t"},
                        {"__streams.errors.partition", "1"},
                        {"__streams.errors.offset", "9"}});
  REQUIRE(x);
  CHECK(x->source == topic_partition{"t", 1});
  CHECK(x->offset == 9);
  CHECK(x->error_class == "java.lang.Error");
  CHECK(x->cause == "no");
}

TEST_CASE("headers of Spring are read in their binary form") {
  auto x = read(
    headers{{"kafka_dlt-exception-fqcn", "java.lang.Error"},
            {"kafka_dlt-exception-message", "no"},
            {"kafka_dlt-original-topic", "t"},
            {"kafka_dlt-original-partition", bytes({0, 0, 1, 2})},
            {"kafka_dlt-original-offset", bytes({0, 0, 0, 1, 0, 0, 0, 0})},
            {"kafka_dlt-original-timestamp", bytes({0, 0, 0, 0, 0, 0, 0, 7})},
            {"kafka_dlt-original-timestamp-type", "LogAppendTime"},
            {"kafka_dlt-original-consumer-group", "g"}});
  REQUIRE(x);
  CHECK(x->source == topic_partition{"t", 258});
  CHECK(x->offset == 4'294'967'296);
  CHECK(x->group == "g");
  CHECK(x->timestamp_ms == 7);
  CHECK(x->timestamp_kind == timestamp_type::log_append_time);
  CHECK(x->error_class == "java.lang.Error");
  CHECK(x->cause == "no");
}

TEST_CASE("a record whose headers do not say where it is from is no dead "
          "letter") {
  CHECK_FALSE(read(headers{}));
  CHECK_FALSE(read(headers{{"__dlq.errors.topic", "t"}}));
  auto text = [](const std::string& offset) {
    return headers{{"__dlq.errors.topic", "t"},
                   {"__dlq.errors.partition", "0"},
                   {"__dlq.errors.offset", offset}};
  };
  CHECK(read(text("1")));
  CHECK_FALSE(read(text("1x")));
  CHECK_FALSE(read(text("-1")));
  CHECK_FALSE(read(text("")));
  CHECK_FALSE(
    read(headers{{"kafka_dlt-original-topic", "t"},
                 {"kafka_dlt-original-partition", "0"}, // not its binary form
                 {"kafka_dlt-original-offset", "0"}}));
}

TEST_CASE("placeholders in the name of a topic of dead letters stand for group "
          "and topic") {
  CHECK(dead_letter_topic("dlq.{group}", "g", "t") == "dlq.g");
  CHECK(dead_letter_topic("{topic}-{group}-{topic}", "{topic}", "t")
        == "t-{topic}-t");
  CHECK(dead_letter_topic("dead", "g", "t") == "dead");
}

TEST_CASE("what is written into a dead letter is read from it again, whatever "
          "it holds") {
  check_property("write, then read", [] {
    auto text = rc::gen::string<std::string>();
    auto maybe = rc::gen::maybe(text);
    // std::optional of what rapidcheck's own Maybe holds.
    auto take = [](const rc::Maybe<std::string>& x) {
      return x ? optional_text{*x} : std::nullopt;
    };
    headers own;
    for (auto& [name, value] :
         *rc::gen::container<
           std::vector<std::pair<std::string, rc::Maybe<std::string>>>>(
           rc::gen::pair(text, maybe)))
      own.push_back({"x" + name, take(value)});
    output source{"t" + *text, *rc::gen::inRange(0, 1'000'000), take(*maybe),
                  take(*maybe), own};
    auto has_time = *rc::gen::arbitrary<bool>();
    auto timestamp = *rc::gen::inRange<std::int64_t>(0, 1LL << 60);
    auto record = written(source, *rc::gen::inRange<offset_t>(0, 1LL << 60),
                          has_time ? timestamp : -1,
                          has_time ? timestamp_type::log_append_time
                                   : timestamp_type::none);
    letter_cause why{*text, *text,
                     *rc::gen::inRange<std::uint32_t>(0, 1u << 30), *text,
                     *text};
    auto now_ms = *rc::gen::inRange<std::int64_t>(0, 1LL << 60);
    dead_letter_form look{"dlq", *rc::gen::inRange(1, 100), true,
                          *rc::gen::element(header_style::kafka,
                                            header_style::spring)};
    auto letter = make_dead_letter(record.view(), why, look, now_ms);
    dead_letter expected{{source.topic, *source.partition},
                         record.offset(),
                         why.group,
                         why.failures,
                         utf8_text(why.error_class, 1'000),
                         utf8_text(why.cause, 1'000),
                         why.client,
                         now_ms,
                         has_time ? std::optional{timestamp} : std::nullopt,
                         record.view().timestamp_kind(),
                         0};
    auto lying = written(letter, 0);
    RC_ASSERT(read_dead_letter(lying.view()) == expected);
    RC_ASSERT(letter.partition == *source.partition % look.partitions);
    // And it comes back as it was, but for the count of replays.
    auto replayed = make_replay(lying.view(), expected);
    RC_ASSERT(replayed.headers.back()
              == (output_header{"__cafka.replay.count", "1"}));
    replayed.headers.pop_back();
    RC_ASSERT(replayed == source);
  });
}
