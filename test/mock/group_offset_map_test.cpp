#include "support/group_fixture.hpp"

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

std::vector<offset_t> from(const std::vector<offset_t>& xs, std::size_t i) {
  return {xs.begin() + static_cast<std::ptrdiff_t>(i), xs.end()};
}

} // namespace

TEST_CASE("the next owner of a partition gets nothing again that was acked") {
  group_fixture f;
  f.produce(0, 6);
  auto options = f.options();
  options.config.offset_map = true;
  options.config.stop_timeout = 0s; // for the acks that never come
  options.handler
    = f.noting([](const message_batch&) { return handler_answer::no_ack(); });
  f.start(options);
  REQUIRE(f.await_delivered(6));
  auto g = f.events(event_kind::assigned).at(0).generation;
  compat::post(*f.group, ack_individual{"t", 0, g, {0, 2, 3, 5}});
  REQUIRE(f.await_committed(0, 1));
  f.stop();
  CHECK(f.committed_at_broker(1)[0] == 1);
  f.start(options);
  REQUIRE(f.await_delivered(8));
  CHECK(from(f.delivered(0), 6) == std::vector<offset_t>{1, 4});
  CHECK(f.count(event_kind::foreign_offset_metadata) == 0);
  f.stop();
}

TEST_CASE("metadata that somebody else left beside an offset are told, and no "
          "more") {
  group_fixture f;
  f.produce(0, 3);
  {
    bell b;
    client_driver client{b, member_of(f.cluster, "g")};
    client->commit(1, {{{"t", 0}, 1, {"somebody's"}}});
    REQUIRE(client.await<kafka::commit_answered>());
    kafka::consumer::abandon(client.release());
  }
  auto options = f.options();
  options.config.offset_map = true;
  options.handler
    = f.noting([](const message_batch&) { return handler_answer::ack(); });
  f.start(options);
  REQUIRE(f.await_delivered(2));
  CHECK(f.delivered(0) == std::vector<offset_t>{1, 2});
  CHECK(f.count(event_kind::foreign_offset_metadata) == 1);
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
}
