#pragma once

#include "app/exit_code.hpp"
#include "kafka/consumer.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cafka::app {

/// How a line becomes a record.
struct line_rule {
  std::optional<std::size_t> key_field; ///< from 1
  std::string separator;                ///< between key and value; empty: none
  std::vector<std::pair<std::string, std::string>> headers;
};

/// Writes the lines of standard input to `topic` and waits for the delivery of
/// each; ends early at the first that fails, and at a stop signal. Tells on
/// standard error how it went.
exit_code produce_lines(const std::string& topic, const line_rule& rule,
                        const kafka::properties& props);

} // namespace cafka::app
