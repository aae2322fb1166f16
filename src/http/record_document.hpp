#pragma once

#include "http/access.hpp"

#include <cafka/record_excerpt.hpp>
#include <cafka/types.hpp>

#include <optional>
#include <string>

namespace cafka::http {

/// Whose record is asked for.
struct record_question {
  std::string group; ///< its name
  topic_partition of;
};

/// Reads the parameters of `/api/record`. Nothing, and `wrong` says why: they
/// are none.
std::optional<record_question> read_question(const request& x,
                                             std::string& wrong);

/// The record as JSON, its bytes as text that cannot move a terminal's cursor
/// or end a line; 404 and why, where there is none.
response answer_of(const record_excerpt& x);

} // namespace cafka::http
