#include "program/status_lines.hpp"

#include "support/catch.hpp"

using namespace cafka;
using namespace cafka::app;

namespace {

partition_status partition(partition_t number, std::int64_t lag) {
  partition_status x;
  x.tp = {"orders", number};
  x.state = partition_state::running;
  x.lag = lag;
  x.watermark = 10;
  return x;
}

partition_status unhealthy(partition_t number, partition_health why,
                           const std::string& text) {
  auto x = partition(number, 40);
  x.healthy = false;
  x.health = why;
  x.health_text = text;
  return x;
}

group_status group_of(std::vector<partition_status> xs) {
  group_status x;
  x.name = "orders";
  x.group = "order-readers";
  x.partitions = std::move(xs);
  return x;
}

std::string text_of(const core::log_line& x) {
  return core::to_text(x, 0, core::log_format::text);
}

} // namespace

TEST_CASE("a group's line sums up the lag that is known") {
  CHECK(text_of(group_line(
          group_of({partition(0, 2), partition(1, -1), partition(2, 5)})))
        == "1970-01-01T00:00:00.000Z info order-readers status name=orders "
           "state=running partitions=3 healthy=3 lag=7");
}

TEST_CASE("a status has a line for the group and for each partition") {
  auto failing = unhealthy(3, partition_health::failing, "exit\n65");
  failing.state = partition_state::backoff;
  failing.failing_offset = 4'711;
  failing.next_try_ms = 12'000;
  auto lines = status_lines(group_of({partition(0, 2), failing}));
  REQUIRE(lines.size() == 3);
  CHECK(text_of(lines[1])
        == "1970-01-01T00:00:00.000Z info order-readers orders/0 status "
           "state=running health=healthy lag=2 watermark=10 window_records=0 "
           "restarts=0");
  CHECK(text_of(lines[2])
        == "1970-01-01T00:00:00.000Z warning order-readers orders/3 status "
           "state=backoff health=failing lag=40 watermark=10 window_records=0 "
           "restarts=0 failing_offset=4711 next_try_ms=12000: exit\\n65");
}

TEST_CASE("the state of a service is one sentence, which names what is worst") {
  CHECK(status_sentence({}) == "0 of 0 partitions are healthy, lag 0");
  auto failing = unhealthy(3, partition_health::failing, "exit\n65");
  failing.failing_offset = 4'711;
  failing.next_try_ms = 12'300;
  auto slow = unhealthy(1, partition_health::handler_slow, "");
  CHECK(
    status_sentence({group_of({partition(0, 2)}), group_of({slow, failing})})
    == "1 of 3 partitions are healthy, lag 82; orders/3 is failing at "
       "4711: exit\\n65, next try in 12 s");
}
