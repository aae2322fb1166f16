#include "verifiable/lines.hpp"

#include "support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace cafka;
using namespace cafka::app::verifiable;
using nlohmann::json;

namespace {

using ranges = std::vector<offset_range>;

ranges runs(const std::vector<offset_t>& xs) {
  return runs_of(xs);
}

/// Without the time, which only has to be one.
json parsed(const std::string& line) {
  REQUIRE(line.starts_with("{\"timestamp\":"));
  REQUIRE(line.find('\n') == line.size() - 1);
  auto result = json::parse(line);
  CHECK(result.at("timestamp").get<std::int64_t>() > 1'700'000'000'000);
  result.erase("timestamp");
  return result;
}

} // namespace

TEST_CASE("offsets with holes are summarised by gapless runs") {
  CHECK(runs({}).empty());
  CHECK(runs({7}) == ranges{{7, 8}});
  CHECK(runs({7, 8, 9}) == ranges{{7, 10}});
  CHECK(runs({0, 2, 3, 7}) == ranges{{0, 1}, {2, 4}, {7, 8}});
}

TEST_CASE("the lines have the names and the nesting of Kafka's own tool") {
  topic_partition tp{"t", 3};
  CHECK(parsed(startup_complete()) == json{{"name", "startup_complete"}});
  CHECK(parsed(shutdown_complete()) == json{{"name", "shutdown_complete"}});
  CHECK(parsed(partitions_assigned({}))
        == json::parse(R"({"name":"partitions_assigned","partitions":[]})"));
  CHECK(parsed(partitions_revoked({{"t", 0}, {"t", 3}}))
        == json::parse(R"({"name":"partitions_revoked","partitions":[
             {"topic":"t","partition":0},{"topic":"t","partition":3}]})"));
  CHECK(parsed(records_consumed(tp, ranges{{5, 7}, {9, 10}}))
        == json::parse(R"({"name":"records_consumed","count":3,"partitions":[
             {"topic":"t","partition":3,"count":2,"minOffset":5,"maxOffset":6},
             {"topic":"t","partition":3,"count":1,"minOffset":9,"maxOffset":9}
           ]})"));
  CHECK(parsed(offsets_committed(tp, 7, {}))
        == json::parse(R"({"name":"offsets_committed","success":true,
             "offsets":[{"topic":"t","partition":3,"offset":7}]})"));
  CHECK(parsed(offsets_committed(tp, 7, "no"))
        == json::parse(R"({"name":"offsets_committed","success":false,
             "error":"no",
             "offsets":[{"topic":"t","partition":3,"offset":7}]})"));
}

TEST_CASE(
  "a record is told with null for null and U+FFFD for what is no text") {
  record_block::builder b;
  b.add(12, std::nullopt, "a\xff");
  auto block = b.finish();
  auto identity = std::make_shared<const partition_identity>(
    partition_identity{"g", "t", 3, {1}});
  CHECK(parsed(record_data({*block, 0, 1, identity}))
        == json::parse(R"({"name":"record_data","key":null,"value":"a\ufffd",
             "topic":"t","partition":3,"offset":12})"));
}
