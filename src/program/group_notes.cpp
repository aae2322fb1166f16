#include "program/group_notes.hpp"

#include "core/text_field.hpp"

#include <fmt/format.h>

#include <utility>

namespace cafka::app {

bool is_worth_a_line(event_kind x) {
  switch (x) {
    case event_kind::assignment_complete:
    case event_kind::begin_resolved:
    case event_kind::revocation_complete:
    case event_kind::worker_started:
    case event_kind::worker_restarted:
    case event_kind::commit_sent:
    case event_kind::committed:
    case event_kind::program_started:
    case event_kind::program_ended:
      return false;
    default:
      return true;
  }
}

namespace {

/// As in syslog(3): what programs print.
constexpr int information = 6;

} // namespace

std::function<void(const log_record&)>
log_to(std::function<void(const std::string&)> note) {
  return [note = std::move(note)](const log_record& x) {
    if (x.facility == "exec" && x.level <= information)
      note(x.text); // it says where it is from
    else if (x.level <= log_record::warning)
      note(fmt::format("log={} group={} text={}", field_value(x.facility),
                       field_value(x.group), in_quotes(x.text)));
  };
}

} // namespace cafka::app
