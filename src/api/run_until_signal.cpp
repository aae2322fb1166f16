#include "api/group_ends.hpp"
#include "api/stop_signal.hpp"

#include <cafka/group.hpp>
#include <cafka/run_until_signal.hpp>

#include <set>

namespace cafka {

namespace {

/// Between two looks at the signals.
constexpr std::chrono::milliseconds look_interval{50};

void await_signal_or_end(const std::vector<group_actor>& groups) {
  group_ends ends;
  for (auto& x : groups)
    ends.watch(std::to_string(x->id()), x);
  while (stop_signal() == 0 && ends.wait(1, look_interval).empty()) {
    // nop
  }
}

} // namespace

int run_until_signal(caf::actor_system& system,
                     const std::vector<group_actor>& groups) {
  stop_signal_scope signals;
  await_signal_or_end(groups);
  for (auto& x : groups)
    send(x, stop_group{}); // nobody's where it has ended
  std::set<int> codes;
  for (auto& x : groups)
    codes.insert(end_code(await_end(system, x)));
  codes.erase(0);
  return codes.empty() ? 0 : *codes.begin(); // what gave up says more
}

} // namespace cafka
