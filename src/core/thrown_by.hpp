#pragma once

#include <cxxabi.h>

#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <typeinfo>

namespace cafka::core {

/// What user code threw.
struct thrown {
  std::string text;
  std::string type; ///< its name, as it stands in C++
};

/// The name of a type as it stands in C++.
inline std::string name_of(const std::type_info& x) {
  int failure = 0;
  std::unique_ptr<char, void (*)(void*)> name{
    abi::__cxa_demangle(x.name(), nullptr, nullptr, &failure), std::free};
  return failure == 0 ? name.get() : x.name();
}

/// Runs user code. Returns what it threw, or nothing.
template <class F>
std::optional<thrown> thrown_by(F f) {
  try {
    f();
    return std::nullopt;
  } catch (const std::exception& e) {
    return thrown{e.what(), name_of(typeid(e))};
  } catch (...) {
    auto* type = abi::__cxa_current_exception_type();
    return thrown{"threw something that is not a std::exception",
                  type == nullptr ? std::string{} : name_of(*type)};
  }
}

} // namespace cafka::core
