#include "app/exit_code.hpp"

#include <algorithm>
#include <array>

namespace cafka::app {

namespace {

/// From what says most of a run; behind them all comes `ok`.
constexpr std::array ranking{exit_code::usage, exit_code::gave_up,
                             exit_code::calls_outlived_stop,
                             exit_code::check_failed, exit_code::stood_still};

} // namespace

exit_code first_of(exit_code x, exit_code y) noexcept {
  auto rank = [](exit_code z) {
    return std::find(ranking.begin(), ranking.end(), z);
  };
  return rank(x) <= rank(y) ? x : y;
}

} // namespace cafka::app
