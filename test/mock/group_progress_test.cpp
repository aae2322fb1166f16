#include "support/group_fixture.hpp"

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

constexpr std::int16_t fetch = 1;                 // API key
constexpr std::int16_t offset_not_available = 78; // librdkafka retries silently

} // namespace

TEST_CASE("a partition that fetches in vain is reported, woken, given a new "
          "client and resumed") {
  group_fixture f;
  f.produce(0, 3);
  auto options = f.options();
  options.config.sleep_timeout = 50ms;
  options.config.progress_timeout = 1s;
  options.handler = f.noting(ack_all);
  f.start(options);
  REQUIRE(f.await_committed(0, 3));
  // Fetches tell of nothing for hours, and ListOffsets of the end.
  f.cluster.inject(fetch, std::vector(10'000, offset_not_available));
  f.produce(0, 5);
  REQUIRE(f.await_event(event_kind::partition_stalled, 4));
  CHECK(f.count(event_kind::group_restarted) == 1);
  auto stalls = f.events(event_kind::partition_stalled);
  CHECK(stalls[0].text == "sought");
  CHECK(stalls[1].text == "assigned anew");
  CHECK(stalls[2].text == "the client is replaced");
  CHECK(stalls[3].text == "sought"); // in vain again
  CHECK(stalls[3].offset == 3);
  CHECK(stalls[3].count == 5);
  CHECK(f.await_status([](const group_status& status) {
    return !status.partitions.at(0).healthy && status.partitions.at(0).lag == 5;
  }));
  CHECK(f.count(event_kind::partition_resumed) == 0);
  f.cluster.clear_injected(fetch);
  CHECK(f.await_event(event_kind::partition_resumed));
  CHECK(f.await_committed(0, 8));
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
  CHECK(f.delivered(0) == up_to(8));
  CHECK(f.count(event_kind::worker_failed) == 0);
  CHECK(f.count(event_kind::lost) == 0);
}
