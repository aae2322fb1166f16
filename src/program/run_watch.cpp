#include "program/run_watch.hpp"

#include "program/status_lines.hpp"

#include <fmt/format.h>

#include <utility>

namespace cafka::app {

void run_watch::look(time_point now, bool status_is_wanted) {
  wants_status_ = wants_status_ || status_is_wanted;
  wants_lag_ = silence_.look(log_->lines(), now) || wants_lag_;
  if (wants_status_ || wants_lag_ || service_.is_due(now))
    board_.ask();
  if (auto x = board_.take())
    show(*x, now);
}

void run_watch::show(const status_answer& x, time_point now) {
  if (std::exchange(wants_status_, false))
    show_status(x);
  else if (wants_lag_)
    for (auto& group : x.groups)
      log_->write(group_line(group));
  wants_lag_ = false;
  service_.show(x, now);
}

void run_watch::show_status(const status_answer& x) {
  for (auto& group : x.groups)
    for (auto& line : status_lines(group))
      log_->write_always(line);
  for (auto& name : x.silent)
    log_->write_always(
      {.level = core::log_level::error,
       .event = "status",
       .fields = {{"name", name}},
       .text = fmt::format("the group did not answer within {} "
                           "s, or has ended",
                           status_board::patience.count())});
}

} // namespace cafka::app
