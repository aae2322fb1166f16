#pragma once

#include <cafka/config.hpp>

#include <caf/config_value.hpp>
#include <caf/settings.hpp>
#include <caf/timespan.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// How settings stand in a config file. Values of secrets are hidden.
namespace cafka {

// The names stand in the order of the enumerators.
inline constexpr std::array offset_reset_names{"reset-to-earliest",
                                               "reset-to-latest"};
inline constexpr std::array strategy_names{"cooperative-sticky", "range",
                                           "roundrobin"};
inline constexpr std::array exhaustion_names{"stop-partition", "stop-group"};
inline constexpr std::array failure_step_names{"dead-letter", "skip",
                                               "stop-partition", "stop-group"};
inline constexpr std::array header_style_names{"kafka", "spring"};

/// Of a flag that is not set.
inline constexpr auto auto_name = "auto";

std::string show(const std::string& x);
std::string show(bool x);
std::string show(std::optional<bool> x);
std::string show(std::size_t x);
std::string show(int x);
/// In the largest unit that loses nothing.
std::string show(std::chrono::milliseconds x);
std::string show(caf::timespan x);
std::string show(const std::vector<std::string>& x);
std::string show(const caf::settings& x);
std::string show(const caf::config_value& x);
std::string show(const begin_offset& x);
std::string show(offset_reset_policy x);
std::string show(assignment_strategy x);
std::string show(exhaustion_policy x);
std::string show(failure_step x);
std::string show(const std::vector<failure_step>& x);
std::string show(header_style x);
/// librdkafka's properties.
std::string show(const std::map<std::string, std::string>& x);

} // namespace cafka
