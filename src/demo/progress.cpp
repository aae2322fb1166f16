#include "demo/progress.hpp"

#include "demo/put.hpp"

#include <fmt/format.h>

#include <cmath>

#include <unistd.h>

namespace cafka::demo {

namespace {

constexpr auto interval = std::chrono::seconds{1};

double seconds(duration x) {
  return std::chrono::duration<double>(x).count();
}

} // namespace

progress_meter::progress_meter(std::uint64_t records, time_point start)
  : records_(records),
    start_(start),
    line_(STDOUT_FILENO, put, interval, start),
    last_(start) {
}

void progress_meter::show(time_point now, const ledger& books,
                          const watched_facts& group, bool kills) {
  auto joining = group.assigned < books.size();
  if ((joining == joining_ && !line_.due(now)) || is_put_waiting())
    return;
  joining_ = joining;
  auto sum = books.total();
  line_.show(now, fmt::format("{:5.1f} s  {}", seconds(now - start_),
                              describe(now, sum, group, kills)));
  last_ = now;
  last_handled_ = sum.handled;
}

/// Where no record was handled, what is waited for.
std::string progress_meter::describe(time_point now, const partition_facts& sum,
                                     const watched_facts& group,
                                     bool kills) const {
  if (joining_)
    return group.group_restarts == 0
             ? "joining the group"
             : "joining the group again: its coordinator died";
  auto lag = sum.sent - static_cast<std::uint64_t>(sum.committed);
  auto more = sum.handled - last_handled_;
  auto does
    = fmt::format("{:.0f} records/s",
                  std::ceil(static_cast<double>(more) / seconds(now - last_)));
  if (kills)
    does = "waiting for the coordinator's end";
  else if (more == 0)
    does = sum.handled == records_ ? "waiting for the last commits"
                                   : "waiting for records";
  return fmt::format("{} of {} handled, {}, lag {}, restarts {} workers {} "
                     "group, redeliveries {}",
                     sum.handled, records_, does, lag, group.worker_restarts,
                     group.group_restarts, sum.redeliveries);
}

} // namespace cafka::demo
