#pragma once

#include "support/catch.hpp"

#include <rapidcheck.h>

#include <sstream>
#include <string>
#include <utility>

namespace cafka::test {

/// Checks a rapidcheck property inside a TEST_CASE. `property` draws its inputs
/// with `*rc::gen::…` and asserts with RC_ASSERT. A failure fails the case with
/// rapidcheck's counterexample and the seed; the environment variable
/// RC_PARAMS="seed=<number>" runs the same cases again, and
/// RC_PARAMS="max_success=<number>" sets how many there are.
template <class Property>
void check_property(const std::string& name, Property&& property) {
  rc::detail::TestMetadata metadata;
  metadata.id = name;
  metadata.description = name;
  auto result = rc::detail::checkTestable(std::forward<Property>(property),
                                          metadata);
  if (result.template is<rc::detail::SuccessResult>()) {
    SUCCEED();
    return;
  }
  std::ostringstream message;
  rc::detail::printResultMessage(result, message);
  message << "\n\nTo repeat it: RC_PARAMS=\"seed="
          << rc::detail::configuration().testParams.seed << "\"";
  FAIL(name << ":\n" << message.str());
}

} // namespace cafka::test
