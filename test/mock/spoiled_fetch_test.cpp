// No record is lost, whatever a broker answers to a Fetch.
//
// A record that was drained from librdkafka can leave without a handler in
// these ways, and none of them may commit past it:
// - an error, or the loss of the position, comes behind it in one drain, also
//   where the records behind the error do not follow on those before: here, and
//   `records that come with an error behind them are handled`;
// - the drain throws, as where memory is short: it took nothing, `a drain that
//   throws took nothing, and the next incarnation goes on there`;
// - the worker ends, or its strand fails, before anybody heard of it: `records
//   that were drained and that nobody heard of are sought`;
// - a reset moves the position while a former worker still reads: `a position
//   is moved only when nobody reads there any more`;
// - a seek fails, or librdkafka forgets it: `a seek that fails is tried again
//   and nothing is skipped`, `a seek that librdkafka forgot is done again`;
// - its partition is fenced, lost or given back: then its offset is not
//   committed, and the next owner begins there.
// The core's own property: `what the source has passed is acked, retained, or
// sought again`.

#include "support/fetch_proxy.hpp"
#include "support/group_fixture.hpp"

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

constexpr int batches = 100;
constexpr int batch_records = 100;
constexpr int records = batches * batch_records;

/// So small that an answer holds one of the producer's batches.
constexpr std::size_t fetch_bytes = 1'000;

} // namespace

TEST_CASE("no record is lost whatever a broker answers in between") {
  group_fixture f;
  {
    appender out{f.cluster};
    for (int i = 0; i < batches; ++i)
      out.append({"t", 0}, batch_records);
  }
  fetch_proxy proxy{f.cluster.endpoints()};
  auto options = f.options();
  options.config.endpoints = {proxy.endpoint()};
  options.config.max_bytes = fetch_bytes;
  options.config.restart_backoff_max = 10ms;
  options.config.kafka["fetch.error.backoff.ms"] = "10";
  options.config.kafka["reconnect.backoff.ms"] = "10";
  door first;
  options.handler = f.noting([&](const message_batch& x) {
    if (x.first_offset() == 0)
      first.pass();
    return handler_answer::ack();
  });
  using kind = fetch_fault::kind;
  proxy.spoil_every(3, {{kind::code, 2},
                        {kind::empty},
                        {kind::code, -1},
                        {kind::cut_off},
                        {kind::code, 29},
                        {kind::hang_up},
                        {kind::code, 56}});
  f.start(std::move(options));
  REQUIRE(first.await_visitor());
  // Now records wait on both sides of what was spoiled.
  CHECK(proxy.await_spoiled(3));
  first.open();
  REQUIRE(f.await_committed(0, records));
  auto handled = f.delivered(0);
  std::sort(handled.begin(), handled.end());
  handled.erase(std::unique(handled.begin(), handled.end()), handled.end());
  CHECK(handled == up_to(records));
  CHECK(f.count(event_kind::reset) == 0);
}
