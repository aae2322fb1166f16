#include "io/service_notifier.hpp"

#include "support/catch.hpp"
#include "support/notify_socket.hpp"
#include "support/scratch_directory.hpp"

#include <cstdlib>
#include <map>
#include <optional>
#include <string>

#include <unistd.h>

using namespace cafka::test;
using namespace std::chrono_literals;
using cafka::io::service_notifier;

namespace {

service_notifier notifier_of(std::map<std::string, std::string> variables) {
  return service_notifier{[variables](const char* name) {
    auto i = variables.find(name);
    return i == variables.end() ? std::nullopt : std::optional{i->second};
  }};
}

std::string own_abstract_name() {
  return "@cafka-test-" + std::to_string(getpid());
}

} // namespace

TEST_CASE("a service manager is told by its socket, also by an abstract one") {
  scratch_directory files;
  for (auto& name : {files.path("notify"), own_abstract_name()}) {
    notify_socket manager{name};
    auto x = notifier_of({{"NOTIFY_SOCKET", name}});
    REQUIRE(x);
    CHECK(x.send("READY=1\nSTATUS=well"));
    CHECK(manager.next() == "READY=1\nSTATUS=well");
  }
}

TEST_CASE("nobody is told where there is no service manager") {
  CHECK_FALSE(notifier_of({}));
  CHECK_FALSE(notifier_of({}).send("READY=1"));
  for (std::string name :
       {"", "@", "/", "relative", "vsock:2:1", "/no/such/socket"}) {
    INFO(name);
    CHECK_FALSE(notifier_of({{"NOTIFY_SOCKET", name}}));
  }
  CHECK_FALSE(notifier_of({{"NOTIFY_SOCKET", '/' + std::string(200, 'x')}}));
}

TEST_CASE("a service manager that reads nothing holds up nobody") {
  notify_socket manager{own_abstract_name()};
  auto x = notifier_of({{"NOTIFY_SOCKET", manager.name()}});
  while (x.send("WATCHDOG=1")) {
    // until there is no room
  }
  CHECK(manager.next() == "WATCHDOG=1");
  CHECK(x.send("READY=1"));
}

TEST_CASE("the watchdog is told twice as often as the manager waits") {
  notify_socket manager{own_abstract_name()};
  auto with = [&](std::map<std::string, std::string> variables) {
    variables["NOTIFY_SOCKET"] = manager.name();
    return notifier_of(variables).watchdog_interval();
  };
  auto own = std::to_string(getpid());
  CHECK(with({{"WATCHDOG_USEC", "3000000"}}) == 1'500'000us);
  CHECK(with({{"WATCHDOG_USEC", "3000000"}, {"WATCHDOG_PID", own}})
        == 1'500'000us);
  CHECK(with({{"WATCHDOG_USEC", "3000000"}, {"WATCHDOG_PID", "1"}})
        == std::nullopt);
  for (auto wrong : {"", "0", "-1", "x", "1x", "99999999999999999999"})
    CHECK(with({{"WATCHDOG_USEC", wrong}}) == std::nullopt);
  CHECK(with({}) == std::nullopt);
}

TEST_CASE("what the service manager said is not passed on to other programs") {
  notify_socket manager{own_abstract_name()};
  setenv("NOTIFY_SOCKET", manager.name().c_str(), 1);
  setenv("WATCHDOG_USEC", "2000000", 1);
  setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
  auto x = service_notifier::from_environment();
  CHECK(x);
  CHECK(x.watchdog_interval() == 1s);
  for (auto* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
    CHECK(std::getenv(name) == nullptr);
}
