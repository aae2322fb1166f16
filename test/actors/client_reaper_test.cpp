// How long the end of a client is waited for. There is no client here: what
// becomes of it is the test's to say.

#include "actors/client_reaper/client_reaper.hpp"

#include "support/actor_fixture.hpp"
#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace cafka;
using namespace cafka::actors;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

using farewell = kafka::consumer::farewell;

struct grave {
  grave() {
    auto options = std::make_shared<group_options>();
    options->log = [this](const log_record& x) { lines.push_back(x.text); };
    reaper = fixture.system().spawn<client_reaper>(
      options, [this] { ++closed; }, 5'000ms,
      [this](auto, farewell how, auto, auto done) {
        hows.push_back(how);
        ends.push_back(std::move(done));
        return [this] { ++cut; };
      });
  }

  /// In place of a client there is nothing: nobody looks at it.
  void bury(farewell how, bool last) {
    auto client = std::make_shared<std::unique_ptr<kafka::consumer>>();
    compat::post(reaper, bury_client{client, how, last});
    fixture.run();
  }

  void pass(caf::timespan x) {
    fixture.advance(x, [this] { fixture.run(); });
  }

  void end(std::size_t i, kafka::client_ended how) {
    ends.at(i)(how);
    fixture.run();
  }

  actor_fixture fixture;
  std::vector<std::string> lines;
  std::vector<farewell> hows;
  std::vector<std::function<void(kafka::client_ended)>> ends;
  int closed = 0;
  int cut = 0;
  reaper_actor reaper;
};

} // namespace

TEST_CASE("a client that librdkafka does not let end is cut off, told and left "
          "behind") {
  grave x;
  x.bury(farewell::leave, true);
  REQUIRE(x.ends.size() == 1);
  x.pass(6'900ms);
  CHECK(x.closed == 0);
  x.pass(200ms);
  CHECK(x.closed == 1);
  CHECK(x.cut == 1);
  REQUIRE(x.lines.size() == 1);
  CHECK_THAT(x.lines[0],
             Catch::Contains("has not ended after 7000 ms: it is left behind"));
  x.end(0, {}); // it did in the end
  CHECK(x.closed == 1);
}

TEST_CASE("a member that its group goes on to list is told with the session") {
  grave x;
  x.bury(farewell::leave, true);
  x.end(0, {true, true, 45s});
  CHECK(x.closed == 1);
  CHECK(x.cut == 0);
  REQUIRE(x.lines.size() == 1);
  CHECK_THAT(x.lines[0], Catch::Contains("session-timeout-ms = 45000"));
  x.pass(1min);
  CHECK(x.lines.size() == 1);
}

TEST_CASE("a client that was replaced delays neither the last one's end nor a "
          "group without any") {
  grave x;
  x.bury(farewell::none, false);
  x.bury(farewell::leave, true);
  CHECK(x.hows == std::vector{farewell::none, farewell::leave});
  x.end(1, {});
  CHECK(x.closed == 1);
  CHECK(x.lines.empty());
  x.pass(10s);
  CHECK(x.cut == 1); // the first one
  CHECK(x.closed == 1);
}

TEST_CASE("whoever waits for the last client hears of the reaper's own end") {
  grave x;
  caf::anon_send_exit(x.reaper, caf::exit_reason::kill);
  x.fixture.run();
  CHECK(x.closed == 1);
}
