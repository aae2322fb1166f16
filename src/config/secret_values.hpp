#pragma once

#include <cafka/config.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Secrets that stand elsewhere: `file:PATH` and `env:NAME` as values of
/// librdkafka's properties.
namespace cafka {

/// True for properties that may stand elsewhere: the secret ones, and the
/// user's name that belongs to one of them.
bool may_refer(const std::string& property);

/// True: the value is no secret, but says where it is.
bool is_reference(std::string_view value);

/// Puts what stands there in place of every reference, once: what is found may
/// itself begin with `file:`. The errors name the file or the variable, and
/// nothing of what is in it; their properties stay as they are. The variables'
/// names are added to `variables`. Reads the files, so it blocks.
std::vector<config_error>
resolve_secrets(std::map<std::string, std::string>& properties,
                std::vector<std::string>& variables);

} // namespace cafka
