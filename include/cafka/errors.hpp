#pragma once

#include <cafka/errc.hpp>
#include <cafka/type_ids.hpp>

#include <caf/error.hpp>

#include <string>

namespace cafka {

/// A `caf::error` of our category with a text for people.
caf::error make_error(errc code, const std::string& text);

/// The code of an error of our category, else `errc::none`.
errc code_of(const caf::error& x);

/// The text of an error of our category, else what CAF says of it.
std::string text_of(const caf::error& x);

} // namespace cafka
