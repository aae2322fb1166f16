#pragma once

#include "demo/chaos.hpp"
#include "demo/ledger.hpp"
#include "demo/scan.hpp"
#include "demo/watch.hpp"

#include <caf/expected.hpp>

#include <map>
#include <string>
#include <vector>

namespace cafka::demo {

struct check {
  std::string name;
  bool ok = false;
  std::string details;
};

/// What a run left behind, to be compared with the direct read.
struct evidence {
  const ledger& books;
  const direct_result& truth;
  const caf::expected<std::map<partition_t, offset_t>>& committed;
  chaos::tally failures;
  watched_facts group;
};

/// The six of them, always in the same order.
std::vector<check> check_all(const evidence& x);

} // namespace cafka::demo
