#include "core/membership.hpp"

#include <algorithm>
#include <utility>

namespace cafka::core {

auto membership::on_assigned(std::vector<topic_partition> partitions)
  -> const rebalance& {
  current_ = {next_id(), std::move(partitions)};
  transition_to(state::looking_up);
  return current_;
}

auto membership::on_begins_known() -> rebalance {
  transition_to(state::assigned);
  return std::exchange(current_, {});
}

auto membership::on_revoked(const std::vector<topic_partition>& partitions)
  -> const rebalance& {
  if (state_ != state::revoking)
    current_.partitions.clear(); // a look-up, of which nobody was told
  current_.id = next_id();
  auto& all = current_.partitions;
  for (auto& tp : partitions)
    if (std::find(all.begin(), all.end(), tp) == all.end())
      all.push_back(tp);
  transition_to(state::revoking);
  return current_;
}

std::optional<std::vector<topic_partition>>
membership::on_revocation_done(rebalance_id x) {
  if (state_ != state::revoking || current_.id != x)
    return std::nullopt;
  transition_to(state::joining);
  return std::exchange(current_, {}).partitions;
}

rebalance_id membership::on_client_replaced() {
  current_ = {};
  transition_to(state::joining);
  return next_id();
}

rebalance_id membership::next_id() noexcept {
  ++last_.value;
  return last_;
}

void membership::transition_to(state x) noexcept {
  state_ = x;
}

std::string to_string(membership::state x) {
  switch (x) {
    case membership::state::joining:
      return "joining";
    case membership::state::looking_up:
      return "looking_up";
    case membership::state::assigned:
      return "assigned";
    case membership::state::revoking:
      return "revoking";
  }
  return "unknown";
}

} // namespace cafka::core
