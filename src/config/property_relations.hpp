#pragma once

#include "config/client_settings.hpp"

#include <cafka/config.hpp>

#include <vector>

namespace cafka {

/// Properties each of which can be set, but which say together what no client
/// can do, or what nobody can have meant. Each error names both with their
/// values. librdkafka refuses few of them, and in words that name no value.
std::vector<config_error> unfit_limits(const client_settings& x);

/// Likewise of TLS and logins: what is given and would have no effect, and what
/// is missing beside it.
std::vector<config_error> unfit_security(const client_settings& x);

/// One property by its two names, with two values.
std::vector<config_error> unfit_names(const group_config& x);

} // namespace cafka
