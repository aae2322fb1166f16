// How long the end of a client is waited for. The clients are scripted: what
// becomes of them is the test's to say.

#include "actors/client_reaper/client_reaper.hpp"

#include "support/actor_fixture.hpp"
#include "support/catch.hpp"
#include "support/scripted_client.hpp"

#include <string>
#include <vector>

using namespace cafka;
using namespace cafka::actors;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

using farewell = kafka::farewell;

struct grave {
  grave() {
    auto options = std::make_shared<group_options>();
    options->log = [this](const log_record& x) { lines.push_back(x.text); };
    reaper = fixture.system().spawn<client_reaper>(
      options, [this] { ++closed; }, 5'000ms);
  }

  void bury(farewell how, bool last) {
    compat::post(reaper, bury_client{std::make_shared<scripted_client>(script),
                                     how, last});
    fixture.run();
  }

  void pass(caf::timespan x) {
    fixture.advance(x, [this] { fixture.run(); });
  }

  void end(std::size_t i, kafka::client_ended how) {
    script->ended.at(i).done(how);
    fixture.run();
  }

  actor_fixture fixture;
  std::vector<std::string> lines;
  std::shared_ptr<client_script> script = std::make_shared<client_script>();
  int closed = 0;
  reaper_actor reaper;
};

} // namespace

TEST_CASE("a client that librdkafka does not let end is cut off, told and left "
          "behind") {
  grave x;
  x.bury(farewell::leave, true);
  REQUIRE(x.script->ended.size() == 1);
  x.pass(6'900ms);
  CHECK(x.closed == 0);
  x.pass(200ms);
  CHECK(x.closed == 1);
  CHECK(x.script->cut_by_reaper == 1);
  REQUIRE(x.lines.size() == 1);
  CHECK_THAT(x.lines[0],
             has_text("has not ended after 7000 ms: it is left behind"));
  x.end(0, {}); // it did in the end
  CHECK(x.closed == 1);
}

TEST_CASE("a member that its group goes on to list is told with the session") {
  grave x;
  x.bury(farewell::leave, true);
  x.end(0, {true, true, 45s});
  CHECK(x.closed == 1);
  CHECK(x.script->cut_by_reaper == 0);
  REQUIRE(x.lines.size() == 1);
  CHECK_THAT(x.lines[0], has_text("session-timeout-ms = 45000"));
  x.pass(1min);
  CHECK(x.lines.size() == 1);
}

TEST_CASE("a client that was replaced delays neither the last one's end nor a "
          "group without any") {
  grave x;
  x.bury(farewell::none, false);
  x.bury(farewell::leave, true);
  REQUIRE(x.script->ended.size() == 2);
  CHECK(x.script->ended[0].how == farewell::none);
  CHECK(x.script->ended[1].how == farewell::leave);
  x.end(1, {});
  CHECK(x.closed == 1);
  CHECK(x.lines.empty());
  x.pass(10s);
  CHECK(x.script->cut_by_reaper == 1); // the first one
  CHECK(x.closed == 1);
}

TEST_CASE("whoever waits for the last client hears of the reaper's own end") {
  grave x;
  caf::anon_send_exit(x.reaper, caf::exit_reason::kill);
  x.fixture.run();
  CHECK(x.closed == 1);
}
