#pragma once

namespace cafka::detail {

/// Where `cafka-guard` was installed together with the library.
bool know_guard(const char* path) noexcept;

// The package says it to those who link `cafka::app`: an archive does not know
// into which folder it was put.
#ifdef CAFKA_GUARD_PATH
[[maybe_unused]] static const bool guard_is_known
  = know_guard(CAFKA_GUARD_PATH);
#endif

} // namespace cafka::detail
