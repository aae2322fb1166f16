#include "demo/put.hpp"

#include "api/stop_signal.hpp"
#include "io/line_writer.hpp"

#include <optional>

#include <unistd.h>

namespace cafka::demo {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// Between two looks at signals.
constexpr auto look_interval = 50ms;

/// Never destroyed: its thread may be within a write when the program ends.
io::line_writer& standard_output() {
  static auto& result = *new io::line_writer{STDOUT_FILENO};
  return result;
}

} // namespace

void put(const std::string& text) {
  standard_output().add(text);
}

bool is_put_waiting() {
  return !standard_output().await_all(0ms);
}

std::string await_put(std::chrono::milliseconds limit) {
  std::optional<clock::time_point> deadline;
  while (!standard_output().await_all(look_interval)) {
    if (auto failure = standard_output().failure(); !failure.empty())
      return failure;
    if (stop_signal() == 0)
      continue;
    if (!deadline)
      deadline = clock::now() + limit;
    else if (clock::now() > *deadline)
      return "nobody reads it";
  }
  return {};
}

} // namespace cafka::demo
