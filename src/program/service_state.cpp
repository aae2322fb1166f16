#include "program/service_state.hpp"

#include "core/text_field.hpp"
#include "program/status_lines.hpp"

#include <algorithm>
#include <utility>

namespace cafka::app {

service_state::service_state(settings x, std::size_t groups)
  : settings_(std::move(x)),
    groups_(groups),
    interval_(std::min<duration>(
      status_interval, settings_.watchdog.value_or(status_interval))) {
}

void service_state::on_event(const std::string& name, const event& x) {
  // A member to which a rebalance gives nothing is in its group, too.
  if (x.kind != event_kind::assignment_complete)
    return;
  std::lock_guard guard{mutex_};
  joined_.insert(name);
}

bool service_state::is_ready() const {
  std::lock_guard guard{mutex_};
  return joined_.size() == groups_;
}

bool service_state::is_due(time_point now) const {
  return settings_.to && (now >= next_ || (!ready_told_ && is_ready()));
}

/// Empty: every group was in its group, and answers.
std::string service_state::exceptions(const status_answer& x) const {
  std::string waiting;
  std::string silent;
  auto add = [](std::string& to, const std::string& name) {
    to += (to.empty() ? "" : ", ") + escaped(name);
  };
  std::lock_guard guard{mutex_};
  for (auto& group : x.groups)
    if (!joined_.contains(group.name))
      add(waiting, group.name);
  for (auto& name : x.silent)
    add(silent, name);
  return (waiting.empty() ? "" : "; not in the group yet: " + waiting)
         + (silent.empty() ? "" : "; without an answer: " + silent);
}

void service_state::show(const status_answer& x, time_point now) {
  if (!settings_.to)
    return;
  auto ready = is_ready();
  std::string state = ready && !ready_told_ ? "READY=1\n" : "";
  state += "STATUS=" + status_sentence(x.groups) + exceptions(x) + '\n';
  if (settings_.watchdog && x.silent.empty())
    state += "WATCHDOG=1\n";
  auto taken = settings_.to(state);
  ready_told_ = ready_told_ || (ready && taken);
  next_ = now + interval_;
}

void service_state::stop(time_point now) {
  if (!settings_.to)
    return;
  settings_.to("STOPPING=1\nSTATUS=stopping: running handler calls may finish, "
               "and what is acked is committed\n");
  next_ = now;
}

/// The stop has limits of its own.
void service_state::look_while_stopping(time_point now) {
  if (!settings_.to || !settings_.watchdog || now < next_)
    return;
  settings_.to("WATCHDOG=1\n");
  next_ = now + interval_;
}

} // namespace cafka::app
