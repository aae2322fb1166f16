#pragma once

// Catch2 by the header that its installed version has; the one place that
// knows what differs between 2 and 3.
#if __has_include(<catch2/catch_all.hpp>)
#  include <catch2/catch_all.hpp>
#else
#  include <catch2/catch.hpp>
#endif

#include <string>

namespace cafka::test {

/// For CHECK_THAT: a text that holds this one.
inline auto has_text(const std::string& x) {
#if CATCH_VERSION_MAJOR < 3
  return Catch::Matchers::Contains(x);
#else
  return Catch::Matchers::ContainsSubstring(x);
#endif
}

} // namespace cafka::test
