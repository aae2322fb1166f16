#pragma once

#include <cafka/record.hpp>
#include <cafka/types.hpp>

#include <memory>
#include <string>
#include <vector>

namespace cafka::exec_handlers {

/// A batch that a program is tried with.
struct try_step {
  std::string name; ///< what is special about it
  topic_partition of;
  std::shared_ptr<const record_block> records;
};

/// The records of the file at `path`, lines of JSON as `print` writes them, and
/// behind them those that programs forget, in the last one's partition. What a
/// line does not say is as in the line before it; offsets rise. Never empty.
/// Throws a `std::runtime_error` that says what is wrong with the file.
std::vector<try_step> read_try_steps(const std::string& path);

} // namespace cafka::exec_handlers
