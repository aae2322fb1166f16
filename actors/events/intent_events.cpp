#include "actors/events/intent_events.hpp"

#include <utility>

namespace cafka::actors {

std::string intent::text() const {
  if (what.empty())
    return reason;
  return reason.empty() ? what : what + ": " + reason;
}

event event_of(const intent& x, event_kind kind, generation g,
               std::string text) {
  event result;
  result.kind = kind;
  result.tp = x.tp;
  result.generation = g;
  result.offset = x.offset;
  result.who = x.who;
  result.text = text.empty() ? x.text() : std::move(text);
  return result;
}

operation_reply refuse(event_publisher& publisher, const intent& x,
                       operation_reply why) {
  auto text = x.text() + "; " + to_string(why.result);
  if (!why.text.empty())
    text += ": " + why.text;
  publisher.publish(
    event_of(x, event_kind::operation_refused, {}, std::move(text)));
  return why;
}

} // namespace cafka::actors
