#pragma once

#include <cafka/exec_handler.hpp>

#include <string>

namespace cafka::exec_handlers {

/// How a program did.
enum class trial_result {
  good,
  wrong,
  unusable, ///< it cannot be started, or the file is none of records
};

/// Gives the program the records of `file`, which has them as `print` writes
/// them, and then the ones that programs forget: null, empty, binary, large and
/// nonsense; then takes its partition away, with a batch open and without. Says
/// on standard output what it did with each, and what was wrong.
trial_result try_program(const exec_options& what, const std::string& file);

} // namespace cafka::exec_handlers
