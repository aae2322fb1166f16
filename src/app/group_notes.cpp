#include "app/group_notes.hpp"

#include <fmt/format.h>

#include <poll.h>
#include <unistd.h>

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
      return false;
    default:
      return true;
  }
}

std::function<void(const log_record&)>
log_to(std::shared_ptr<note_queue> notes) {
  return [notes = std::move(notes)](const log_record& x) {
    if (x.level <= log_record::warning)
      notes->add(fmt::format("log={} group={} text=\"{}\"", x.facility, x.group,
                             x.text));
  };
}

bool error_is_ready() {
  pollfd asked{STDERR_FILENO, POLLOUT, 0};
  return poll(&asked, 1, 0) > 0;
}

} // namespace cafka::app
