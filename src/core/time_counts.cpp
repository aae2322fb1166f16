#include "core/time_counts.hpp"

#include <algorithm>
#include <iterator>

namespace cafka::core {

void observe(time_counts& to, std::chrono::duration<double> x,
             std::span<const double> bounds) {
  auto seconds = std::max(x.count(), 0.0);
  to.counts.resize(bounds.size() + 1);
  auto i = std::ranges::lower_bound(bounds, seconds);
  ++to.counts[static_cast<std::size_t>(std::distance(bounds.begin(), i))];
  to.seconds += seconds;
}

} // namespace cafka::core
