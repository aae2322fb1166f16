#pragma once

#include <cstdio>
#include <string>

namespace cafka::app {

/// A line on standard error, in one piece. Where nobody can read it any more it
/// is lost, and nothing else is.
inline void tell(std::string line) {
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

} // namespace cafka::app
