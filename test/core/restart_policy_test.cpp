#include "core/restart_policy.hpp"

#include "support/property.hpp"

#include <algorithm>
#include <limits>
#include <vector>

using namespace cafka;
using namespace cafka::core;
using namespace std::chrono_literals;

namespace {

constexpr time_point start{1h};

restart_limits limits(duration min, duration max, std::size_t restart_max,
                      duration window) {
  return {min, max, restart_max, window};
}

std::vector<duration> delays(restart_policy uut, int count, double jitter) {
  std::vector<duration> result;
  for (int i = 0; i < count; ++i)
    result.push_back(uut.on_failure(start, jitter).value());
  return result;
}

} // namespace

TEST_CASE("without a limit every failure is followed by a restart") {
  restart_policy x{
    {100ms, 30s, std::numeric_limits<std::size_t>::max(), 10min}};
  for (int i = 0; i < 10'000; ++i)
    REQUIRE(x.on_failure(time_point{1h}, 0));
  CHECK(x.on_failure(time_point{1h}, 0) == 30s);
  CHECK(x.on_failure(time_point{3h}, 0) == 100ms);
}

TEST_CASE("the first failure of a quiet partition waits exactly the minimum") {
  restart_policy uut{limits(100ms, 30s, 10, 10min)};
  CHECK(uut.on_failure(start, 0.999) == 100ms);
  CHECK(uut.on_failure(start + 10min, 0.999) == 100ms);
}

TEST_CASE("the delay doubles with every failure up to the maximum") {
  restart_policy uut{limits(100ms, 1s, 10, 10min)};
  CHECK(delays(uut, 6, 0)
        == std::vector<duration>{100ms, 200ms, 400ms, 800ms, 1s, 1s});
}

TEST_CASE("jitter shortens later delays by half of itself") {
  restart_policy uut{limits(100ms, 1s, 10, 10min)};
  CHECK(delays(uut, 5, 0.5)
        == std::vector<duration>{100ms, 150ms, 300ms, 600ms, 750ms});
}

TEST_CASE("a maximum below the minimum bounds the first delay too") {
  restart_policy uut{limits(5s, 1s, 10, 10min)};
  CHECK(delays(uut, 2, 0) == std::vector<duration>{1s, 1s});
}

TEST_CASE("a backoff of zero stays zero") {
  restart_policy uut{limits(0s, 30s, 10, 10min)};
  CHECK(delays(uut, 3, 0.5) == std::vector<duration>{0s, 0s, 0s});
}

TEST_CASE("one failure more than the restarts allowed in the window exhausts") {
  restart_policy uut{limits(100ms, 1s, 3, 1min)};
  CHECK(uut.on_failure(start, 0));
  CHECK(uut.on_failure(start + 1s, 0));
  CHECK(uut.on_failure(start + 2s, 0));
  CHECK_FALSE(uut.on_failure(start + 3s, 0));
  CHECK(uut.failures(start + 3s) == 4);
  CHECK_FALSE(uut.on_failure(start + 4s, 0));
}

TEST_CASE("with no restarts allowed the first failure exhausts") {
  restart_policy uut{limits(100ms, 1s, 0, 1min)};
  CHECK_FALSE(uut.on_failure(start, 0));
  CHECK_FALSE(uut.on_failure(start + 1h, 0));
}

TEST_CASE("a failure leaves the window when it is exactly as old") {
  restart_policy uut{limits(100ms, 1s, 1, 1min)};
  REQUIRE(uut.on_failure(start, 0));
  CHECK(uut.failures(start + 1min - 1ns) == 1);
  CHECK(uut.failures(start + 1min) == 0);
  auto just_inside = uut;
  CHECK_FALSE(just_inside.on_failure(start + 1min - 1ns, 0));
  CHECK(uut.on_failure(start + 1min, 0) == 100ms);
}

TEST_CASE("counting the failures does not forget any") {
  restart_policy uut{limits(100ms, 1s, 5, 1min)};
  REQUIRE(uut.on_failure(start, 0));
  CHECK(uut.failures(start + 1h) == 0);
  CHECK(uut.failures(start) == 1);
}

// -- time_to_exhaust ----------------------------------------------------------

TEST_CASE("the time to exhaust adds the minimum and the halves of the rest") {
  CHECK(limits(1s, 1min, 0, 1h).time_to_exhaust() == 0s);
  CHECK(limits(1s, 1min, 1, 1h).time_to_exhaust() == 1s);
  CHECK(limits(1s, 1min, 2, 1h).time_to_exhaust() == 2s);
  CHECK(limits(1s, 1min, 4, 1h).time_to_exhaust() == 8s);
  CHECK(limits(1s, 2s, 4, 1h).time_to_exhaust() == 4s);
  CHECK(limits(2s, 1s, 3, 1h).time_to_exhaust() == 2s);
}

TEST_CASE("the default limits can be exhausted") {
  restart_limits uut;
  CHECK(uut.time_to_exhaust() == 40600ms);
  CHECK(uut.time_to_exhaust() < uut.window);
}

TEST_CASE("a time to exhaust beyond the clock's range is the range's end") {
  auto many = std::size_t{1} << 62;
  CHECK(limits(1s, 1min, many, 1h).time_to_exhaust() == duration::max());
  CHECK(limits(1h, duration::max(), 100, 1h).time_to_exhaust()
        == duration::max());
  CHECK(limits(0s, 1min, many, 1h).time_to_exhaust() == 0s);
}

TEST_CASE("the largest backoff is not exceeded by its own doubling") {
  restart_policy uut{limits(1s, duration::max(), 100, 1h)};
  auto xs = delays(uut, 80, 0.5);
  CHECK(std::ranges::is_sorted(xs));
  CHECK(xs.back() > duration::max() / 2);
}

// -- against a model that remembers every failure -----------------------------

namespace {

struct naive_restart_policy {
  restart_limits limits;
  std::vector<time_point> history;

  std::size_t failures(time_point now) const {
    auto n = std::ranges::count_if(history, [&](time_point x) {
      return x > now - limits.window;
    });
    return std::min(static_cast<std::size_t>(n), limits.restart_max + 1);
  }

  // Without jitter.
  std::optional<duration> on_failure(time_point now) {
    history.push_back(now);
    auto k = failures(now);
    if (k > limits.restart_max)
      return std::nullopt;
    return std::min(limits.backoff_min * (1 << (k - 1)), limits.backoff_max);
  }
};

restart_limits any_limits() {
  using std::chrono::milliseconds;
  return {milliseconds{*rc::gen::inRange(1, 20)},
          milliseconds{*rc::gen::inRange(20, 200)},
          *rc::gen::inRange<std::size_t>(0, 8),
          milliseconds{*rc::gen::inRange(1, 400)}};
}

} // namespace

TEST_CASE("restarts follow the failures of the last window alone") {
  cafka::test::check_property("restart_policy", [] {
    auto settings = any_limits();
    restart_policy uut{settings};
    naive_restart_policy model{settings, {}};
    auto now = start;
    auto steps = *rc::gen::inRange(1, 60);
    for (int i = 0; i < steps; ++i) {
      now += std::chrono::milliseconds{*rc::gen::inRange(0, 120)};
      RC_ASSERT(uut.failures(now) == model.failures(now));
      auto jitter = *rc::gen::inRange(0, 1000) / 1000.0;
      auto delay = uut.on_failure(now, jitter);
      auto full = model.on_failure(now);
      RC_ASSERT(delay.has_value() == full.has_value());
      if (!delay)
        continue;
      RC_ASSERT(*delay <= *full);
      RC_ASSERT(*delay >= *full / 2);
      if (jitter == 0 || model.failures(now) == 1)
        RC_ASSERT(*delay == *full);
    }
  });
}

TEST_CASE("failing at once after every restart exhausts no sooner than told") {
  cafka::test::check_property("time_to_exhaust", [] {
    auto settings = any_limits();
    settings.window = 1h;
    restart_policy uut{settings};
    auto now = start;
    // The shortest delays that jitter below 1 allows.
    while (auto delay = uut.on_failure(now, 1 - 1e-12))
      now += *delay;
    auto told = settings.time_to_exhaust();
    RC_ASSERT(now - start >= told);
    RC_ASSERT(now - start - told < 1us);
  });
}
