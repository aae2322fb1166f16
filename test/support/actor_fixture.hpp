#pragma once

/// An actor system on virtual time. The one place in the tests of actors that
/// knows CAF's versions.

#include <cafka/caf_compat.hpp>
#include <cafka/types.hpp>

#include <caf/actor_cast.hpp>

#include <cstddef>

#if CAFKA_CAF_017
#  include <caf/scheduler/test_coordinator.hpp>
#else
#  include <caf/test/context.hpp>
#  include <caf/test/fixture/deterministic.hpp>
#  include <caf/test/reporter.hpp>
#endif

namespace cafka::test {

#if CAFKA_CAF_017

struct actor_test_config : caf::actor_system_config {
  actor_test_config() {
    set("scheduler.policy", caf::atom("testing"));
    set("logger.inline-output", true);
  }
};

/// Nothing runs and no time passes but by `run` and `advance`.
class actor_fixture {
public:
  actor_fixture() : system_(config_) {
  }
  caf::actor_system& system() {
    return system_;
  }
  /// Until no actor has a message; returns how many were woken.
  std::size_t run() {
    return scheduler().run();
  }
  /// Moves the clock from timer to timer; `idle` is called after each and must
  /// run the actors.
  template <class F>
  void advance(caf::timespan by, F idle) {
    auto& clock = scheduler().clock();
    auto end = clock.now() + by;
    idle();
    while (!clock.schedule().empty()
           && clock.schedule().begin()->first <= end) {
      auto next = clock.schedule().begin()->first;
      clock.advance_time(std::max(next - clock.now(), caf::timespan{0}));
      idle();
    }
    clock.advance_time(end - clock.now());
    idle();
  }
  /// Runs what `who` has in its mailbox before anything else runs.
  template <class Handle>
  void run_first(const Handle& who) {
    if (scheduler().prioritize(who))
      scheduler().run_once();
  }
  time_point now() {
    return time_point{scheduler().clock().now().time_since_epoch()};
  }

private:
  caf::scheduler::test_coordinator& scheduler() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler());
  }

  actor_test_config config_;
  caf::actor_system system_;
};

#else

struct actor_test_reporter {
  actor_test_reporter() : instance(caf::test::reporter::make_default()) {
    caf::test::reporter::instance(instance.get());
    instance->begin_test(std::make_shared<caf::test::context>(), "catch");
  }
  ~actor_test_reporter() {
    caf::test::reporter::instance(static_cast<caf::test::reporter*>(nullptr));
  }
  std::unique_ptr<caf::test::reporter> instance;
};

class actor_fixture {
public:
  caf::actor_system& system() {
    return fixture_.sys;
  }
  std::size_t run() {
    return fixture_.dispatch_messages();
  }
  template <class F>
  void advance(caf::timespan by, F idle) {
    constexpr caf::timespan step = std::chrono::milliseconds{1};
    idle();
    for (; by > caf::timespan{0}; by -= step) {
      fixture_.advance_time(std::min(by, step));
      idle();
    }
  }
  template <class Handle>
  void run_first(const Handle& who) {
    fixture_.prepone_event(who);
    fixture_.dispatch_message();
  }
  time_point now() {
    return time_point{system().clock().now().time_since_epoch()};
  }

private:
  actor_test_reporter reporter_;
  caf::test::fixture::deterministic fixture_;
};

#endif

} // namespace cafka::test
