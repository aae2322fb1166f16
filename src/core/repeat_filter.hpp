#pragma once

#include <cafka/types.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace cafka::core {

/// Tells what is new from what only keeps coming, for errors that a client
/// repeats as long as they last: a text passes once, and again when it was not
/// heard for a while. What stands in parentheses (how long an attempt took, how
/// many were alike) makes no difference.
class repeat_filter {
public:
  /// `quiet`: a text that was not heard for so long is new.
  explicit repeat_filter(duration quiet) : quiet_(quiet) {
  }

  bool passes(std::string_view text, time_point now);

  /// Whatever comes next is new.
  void clear() {
    heard_.clear();
  }

private:
  /// More different texts than this within `quiet` do not pass.
  static constexpr std::size_t texts_max = 100;

  duration quiet_;
  std::map<std::string, time_point, std::less<>> heard_;
};

} // namespace cafka::core
