#include "demo/watch.hpp"

namespace cafka::demo {

void group_watch::on_event(const event& x) {
  std::lock_guard guard{mutex_};
  switch (x.kind) {
    case event_kind::client_error:
    case event_kind::commit_failed:
      facts_.last_error = x.text;
      return;
    case event_kind::supervisor_gave_up:
      facts_.gave_up = x.text;
      return;
    case event_kind::worker_failed:
      ++facts_.worker_failures;
      return;
    case event_kind::assigned:
    case event_kind::revoked:
    case event_kind::lost:
    case event_kind::worker_restarted:
    case event_kind::group_restarted:
      change(x);
      return;
    default:
      return;
  }
}

void group_watch::change(const event& x) {
  ++facts_.events;
  if (x.kind == event_kind::assigned)
    assigned_.insert(x.tp.partition);
  else if (x.kind == event_kind::worker_restarted)
    ++facts_.worker_restarts;
  else if (x.kind != event_kind::group_restarted)
    assigned_.erase(x.tp.partition);
  else {
    ++facts_.group_restarts;
    assigned_.clear();
  }
  facts_.assigned = assigned_.size();
}

watched_facts group_watch::facts() const {
  std::lock_guard guard{mutex_};
  return facts_;
}

} // namespace cafka::demo
