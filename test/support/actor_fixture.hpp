#pragma once

/// An actor system on virtual time. The one place in the tests of actors that
/// knows CAF's versions.

#include <cafka/detail/caf_compat.hpp>
#include <cafka/group.hpp>
#include <cafka/types.hpp>

#include <caf/actor_cast.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>

#if CAFKA_CAF_017
#  include <caf/scheduler/test_coordinator.hpp>
#else
#  include <caf/scheduled_actor.hpp>
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
  /// Runs the next message of `who` before anything else runs.
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

/// What CAF's fixture wants before it is made: the ids of all messages, and a
/// test that seems to run. Once for all tests, because systems may overlap.
struct actor_test_environment {
  actor_test_environment() {
    static const auto reporter = begin();
  }
  static std::unique_ptr<caf::test::reporter> begin() {
    init_types();
    auto result = caf::test::reporter::make_default();
    caf::test::reporter::instance(result.get());
    result->begin_test(std::make_shared<caf::test::context>(), "catch");
    return result;
  }
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
    auto end = clock_now() + by;
    idle();
    while (fixture_.has_pending_timeout() && fixture_.next_timeout() <= end) {
      // A timer that is late already is no distance to advance by.
      if (auto next = fixture_.next_timeout(); next > clock_now())
        fixture_.advance_time(next - clock_now());
      else
        fixture_.trigger_timeout();
      idle();
    }
    if (end > clock_now())
      fixture_.advance_time(end - clock_now());
    idle();
  }
  /// Resumed out of turn: an actor fetches its next message itself.
  template <class Handle>
  void run_first(const Handle& who) {
    auto keep = caf::actor_cast<caf::strong_actor_ptr>(who);
    if (fixture_.mail_count(keep) > 0)
      scheduled(keep).resume(&system().scheduler(), 1);
  }
  time_point now() {
    return time_point{clock_now().time_since_epoch()};
  }

private:
  caf::actor_clock::time_point clock_now() {
    return system().clock().now();
  }
  static caf::scheduled_actor& scheduled(const caf::strong_actor_ptr& x) {
    auto* base = caf::actor_cast<caf::abstract_actor*>(x);
    return dynamic_cast<caf::scheduled_actor&>(*base);
  }

  actor_test_environment environment_;
  caf::test::fixture::deterministic fixture_;
};

#endif

} // namespace cafka::test
