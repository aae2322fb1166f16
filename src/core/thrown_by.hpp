#pragma once

#include <exception>
#include <optional>
#include <string>

namespace cafka::core {

/// Runs user code. Returns the text of what it threw, or nothing.
template <class F>
std::optional<std::string> thrown_by(F f) {
  try {
    f();
    return std::nullopt;
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "threw something that is not a std::exception";
  }
}

} // namespace cafka::core
