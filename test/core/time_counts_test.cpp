#include "core/time_counts.hpp"

#include "support/catch.hpp"

using namespace cafka;
using namespace std::chrono_literals;

namespace {

constexpr std::array bounds{0.5, 1.0};

time_counts counted(std::initializer_list<std::chrono::duration<double>> xs) {
  time_counts result;
  for (auto x : xs)
    core::observe(result, x, bounds);
  return result;
}

} // namespace

TEST_CASE("a time counts below the first bound that it does not exceed, else "
          "beyond the last") {
  auto x = counted({0ms, 500ms, 501ms, 1s, 2s});
  CHECK(x.counts == std::vector<std::uint64_t>{2, 2, 1});
  CHECK(x.seconds == Approx(4.001));
}

TEST_CASE("a negative time counts as none at all") {
  auto x = counted({-5s});
  CHECK(x.counts == std::vector<std::uint64_t>{1, 0, 0});
  CHECK(x.seconds == Approx(0));
}
