#pragma once

#include "actors/caf_compat.hpp"
#include "actors/events/event_publisher.hpp"

#include <cafka/events.hpp>
#include <cafka/operations.hpp>

#include <string>

namespace cafka::actors {

/// The intent of an operator, as it is told.
struct intent {
  topic_partition tp;
  std::string who;
  std::string reason;
  std::string what;     ///< for people: `move to earliest`
  offset_t offset = -1; ///< of a record; -1: of none

  /// `what`, and why.
  std::string text() const;
};

/// An event of this kind; `text`: as there, empty: of the intent.
event event_of(const intent& x, event_kind kind, generation g = {},
               std::string text = {});

/// Tells that it was not done, and why. Returns the answer to whoever asked.
operation_reply refuse(event_publisher& publisher, const intent& x,
                       operation_reply why);

} // namespace cafka::actors
