#include "program/exit_code.hpp"

#include "api/group_ends.hpp"
#include "api/stop_signal.hpp"

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

exit_code code_of_end(const caf::error& why) {
  return static_cast<exit_code>(end_code(why));
}

exit_code exit_code_of_signal() noexcept {
  return static_cast<exit_code>(signal_exit_base + stop_signal());
}

} // namespace cafka::app
