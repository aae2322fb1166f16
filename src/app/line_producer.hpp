#pragma once

#include "io/line_record.hpp"
#include "kafka/consumer.hpp"
#include "program/exit_code.hpp"

#include <string>

namespace cafka::app {

/// Writes the lines of standard input to `topic` and waits for the delivery of
/// each; ends early at the first that fails, and at a stop signal. Lines whose
/// batch is too large for the topic are sent again in smaller ones. Tells on
/// standard error how it went.
exit_code produce_lines(const std::string& topic, const io::line_rule& rule,
                        const kafka::properties& props);

} // namespace cafka::app
