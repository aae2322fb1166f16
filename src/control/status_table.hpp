#pragma once

#include "control/status_view.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace cafka::control {

/// What there is room for.
struct table_limits {
  std::size_t lines = 0;   ///< 0: any number
  std::size_t columns = 0; ///< 0: any number
  bool coloured = false;
};

/// Each group with its sentence, and its partitions, the worst first. Lines
/// without their ends; what others say in them is escaped.
std::vector<std::string> table_of(const status_view& x, table_limits within);

/// The first `columns` columns of a terminal, taking each character for one; 0:
/// all.
std::string cut_line(const std::string& x, std::size_t columns);

} // namespace cafka::control
