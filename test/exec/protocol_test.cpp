#include "exec/protocol.hpp"

#include "support/batch.hpp"
#include "support/catch.hpp"

using namespace cafka;
using namespace cafka::exec;
using namespace cafka::test;
using namespace std::string_literals;

namespace {

template <class T>
T read_as(std::string_view line) {
  auto x = parse_line(line);
  if (auto* bad = std::get_if<bad_line>(&x))
    INFO(bad->reason);
  REQUIRE(std::holds_alternative<T>(x));
  return std::get<T>(x);
}

std::string reason_of(std::string_view line) {
  return read_as<bad_line>(line).reason;
}

} // namespace

TEST_CASE("a batch is one line, with what the program must know to answer it") {
  auto batch = batch_of({{12, "k", "text"}, {14, std::nullopt, std::nullopt}});
  std::string line;
  add_batch_line(line, batch, 1764381600000);
  CHECK(line
        == R"({"topic":"orders","partition":3,"generation":7,)"
           R"("deadline":1764381600000,"last":14,"records":[)"
           R"({"offset":12,"timestamp":null,"key":"k","value":"text",)"
           R"("headers":[],"deliveries":1,"failures":0},)"
           R"({"offset":14,"timestamp":null,"key":null,"value":null,)"
           R"("headers":[],"deliveries":1,"failures":0}]})"
           "\n");
}

TEST_CASE(
  "values with newlines, NULs and bytes that are no UTF-8 stay one line") {
  auto batch = batch_of({{1, "k", "a\nb\0c"s}, {2, "\xff"s, "\xc3("s}});
  std::string line;
  add_batch_line(line, batch, 0);
  CHECK(line.find('\n') == line.size() - 1);
  CHECK(line.find(R"("value":"a\nb\u0000c")") != std::string::npos);
  CHECK(line.find(R"("key_base64":"/w==")") != std::string::npos);
  CHECK(line.find(R"("value_base64":"wyg=")") != std::string::npos);
}

TEST_CASE("a program of one batch gets a line of JSON for each record") {
  std::string lines;
  add_record_lines(lines, batch_of({{1, "k", "a"}, {2, "k", "b"}}));
  CHECK(lines
        == R"({"topic":"orders","partition":3,"offset":1,"timestamp":null,)"
           R"("key":"k","value":"a","headers":[],"deliveries":1,"failures":0})"
           "\n"
           R"({"topic":"orders","partition":3,"offset":2,"timestamp":null,)"
           R"("key":"k","value":"b","headers":[],"deliveries":1,"failures":0})"
           "\n");
}

TEST_CASE("values alone stand with their end behind each") {
  std::string raw;
  CHECK_FALSE(add_values(
    raw, batch_of({{1, "k", "a"}, {2, "k", ""}, {3, "k", std::nullopt}}),
    '\n'));
  CHECK(raw == "a\n\n\n");
  std::string zeroes;
  CHECK_FALSE(add_values(zeroes, batch_of({{1, "k", "a\nb"}}), '\0'));
  CHECK(zeroes == "a\nb\0"s);
}

TEST_CASE(
  "a value that holds what ends a value is named, and nothing behind it") {
  std::string raw;
  CHECK(add_values(raw, batch_of({{1, "k", "a"}, {5, "k", "a\nb"}}), '\n')
        == offset_t{5});
  CHECK(raw == "a\n");
}

TEST_CASE("each answer of a program is read") {
  using kind = answer::kind;
  CHECK(read_as<answer>(R"({"ack":true})").what == kind::ack);
  auto through = read_as<answer>(R"({"ack":13})");
  CHECK(through.what == kind::ack_through);
  CHECK(through.offset == 13);
  CHECK(read_as<answer>(R"({"no_ack":true})").what == kind::no_ack);
  CHECK(read_as<answer>(R"({"continue":true})").what == kind::continued);
  auto failed = read_as<answer>(R"({"fail":true,"cause":"why"})");
  CHECK(failed.what == kind::failed);
  CHECK(failed.cause == "why");
  auto at = read_as<answer>(R"({"fail":13})");
  CHECK(at.what == kind::failed_at);
  CHECK(at.offset == 13);
  CHECK(at.cause == "the program gave no cause");
  auto rejected = read_as<answer>(R"({"reject":13,"cause":"poison"})");
  CHECK(rejected.what == kind::rejected);
  CHECK(rejected.offset == 13);
}

TEST_CASE("an answer may name its batch") {
  auto x = read_as<answer>(
    R"({"ack":true,"topic":"orders","partition":3,"last":14,"generation":7})");
  CHECK(x.topic == "orders"s);
  CHECK(x.partition == partition_t{3});
  CHECK(x.last == offset_t{14});
  CHECK(x.generation == std::uint64_t{7});
  for (auto* name : {"fail", "reject", "ack"})
    CHECK(read_as<answer>("{\"" + std::string{name} + "\":1,\"partition\":3}")
            .partition
          == partition_t{3});
  CHECK(reason_of(R"({"no_ack":true,"partition":2147483648})")
          .starts_with("wrong line: partition is too large"));
  CHECK(reason_of(R"({"fail":true,"topic":1})")
          .starts_with("wrong line: topic must be a text"));
  CHECK(reason_of(R"({"no_ack":true,"cause":"x"})")
          .starts_with("wrong line: there is no member cause in it"));
}

TEST_CASE("an answer may have records to be written") {
  auto x = read_as<answer>(
    R"({"ack":true,"produce":[{"topic":"out","key":"k","value":null,)"
    R"("headers":[{"name":"a","value":"1"}]},)"
    R"({"topic":"out","partition":2,"key_base64":"/w==","value_base64":"YQ=="}]})");
  REQUIRE(x.outputs.size() == 2);
  CHECK(x.outputs[0].topic == "out");
  CHECK_FALSE(x.outputs[0].partition);
  CHECK(x.outputs[0].key == "k"s);
  CHECK_FALSE(x.outputs[0].value);
  REQUIRE(x.outputs[0].headers.size() == 1);
  CHECK(x.outputs[0].headers[0].name == "a");
  CHECK(x.outputs[0].headers[0].value == "1"s);
  CHECK(x.outputs[1].partition == partition_t{2});
  CHECK(x.outputs[1].key == "\xff"s);
  CHECK(x.outputs[1].value == "a"s);
}

TEST_CASE("acks, nacks, signs of life and log lines come at any time") {
  auto some = read_as<acked>(R"({"acked":[12,14],"generation":7})");
  CHECK(some.offsets == std::vector<offset_t>{12, 14});
  CHECK(some.generation == 7);
  auto through
    = read_as<acked_through>(R"({"acked_through":14,"generation":7})");
  CHECK(through.offset == 14);
  auto nack = read_as<nacked>(R"({"nack":12,"cause":"why","retry":false})");
  CHECK(nack.offset == 12);
  CHECK(nack.cause == "why");
  CHECK_FALSE(nack.retry);
  read_as<working>(R"({"working":true})");
  auto log = read_as<log_line>(R"({"log":"text","level":"warn"})");
  CHECK(log.level == 4);
  CHECK(log.text == "text");
}

TEST_CASE("a line that does not begin with a brace is the program's own") {
  CHECK(read_as<own_output>("Hello").text == "Hello");
  CHECK(read_as<own_output>("").text.empty());
  CHECK(read_as<own_output>(" {\"ack\":true}").text == " {\"ack\":true}");
}

TEST_CASE("a line with a brace that is nothing known says why, and quotes it") {
  CHECK(reason_of(R"({"ack":true)")
        == R"(wrong line: it is no JSON: {"ack":true)");
  CHECK(reason_of(R"({"akc":true})")
        == "wrong line: it is no answer and nothing else that is known: "
           R"({"akc":true})");
  CHECK(reason_of(R"({"ack":false})")
        == R"(wrong line: ack must be an offset: {"ack":false})");
  CHECK(reason_of(R"({"ack":-1})").starts_with("wrong line: ack must be"));
  CHECK(reason_of(R"({"ack":1.5})").starts_with("wrong line: ack must be"));
  CHECK(reason_of(R"({"ack":18446744073709551615})")
          .starts_with("wrong line: ack must be"));
  CHECK(reason_of(R"({"ack":true,"fail":true})")
          .starts_with("wrong line: ack and fail exclude each other"));
  CHECK(reason_of(R"({"no_ack":1})")
          .starts_with("wrong line: no_ack must be true"));
  CHECK(reason_of(R"({"ack":true,"cuase":"x"})")
          .starts_with("wrong line: there is no member cuase in it"));
  CHECK(reason_of(R"({"acked":[1]})")
          .starts_with("wrong line: generation is missing"));
  CHECK(reason_of(R"({"acked":[],"generation":1})")
          .starts_with("wrong line: acked must be a list of offsets"));
  CHECK(reason_of(R"({"log":"x","level":"loud"})")
          .starts_with("wrong line: level must be error, warn"));
  CHECK(reason_of(R"({"ack":true,"produce":[{"value":"x"}]})")
          .starts_with("wrong line: a record of produce must have a topic"));
  CHECK(reason_of(R"({"ack":true,"produce":[{"topic":"o","key_base64":"!"}]})")
          .starts_with("wrong line: key_base64 must be base64"));
}

TEST_CASE(
  "a wrong line is quoted by its first 200 bytes, as one line of text") {
  auto reason = reason_of("{\x1b\xff" + std::string(500, 'x'));
  CHECK(reason.find("{\\x1b\xef\xbf\xbd") != std::string::npos);
  CHECK(reason.find(std::string(197, 'x')) != std::string::npos);
  CHECK(reason.find(std::string(198, 'x')) == std::string::npos);
}

TEST_CASE("a partition that is given back is told in one line") {
  CHECK(closing_line("revoked", 17)
        == "{\"closing\":\"revoked\",\"deadline\":17}\n");
}
