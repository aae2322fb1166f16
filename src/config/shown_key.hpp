#pragma once

#include <string>
#include <string_view>

/// The part of a written value that an error may show: a secret may stand in
/// the wrong place.
namespace cafka {

/// The path of a key, `(hidden)` for each part that looks like no key and is
/// near to none, and for all that stands below a secret's name. Names of groups
/// are shown.
std::string shown_key(std::string_view path);

/// The key of a librdkafka property, likewise.
std::string shown_property(const std::string& name);

/// True: there is a login in it, as in `user:password@host`.
bool holds_login(std::string_view text);

/// Whether a property's value may be shown. What is not known may be a secret's
/// name with a slip in it.
bool may_be_shown(const std::string& name, const std::string& value);

} // namespace cafka
