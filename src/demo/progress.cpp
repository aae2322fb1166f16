#include "demo/progress.hpp"

#include "demo/put.hpp"

#include <fmt/format.h>

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
                          const group_watch& watch) {
  if (line_.due(now) && !is_put_waiting())
    write(now, books.total(), watch.facts());
}

void progress_meter::write(time_point now, const partition_facts& sum,
                           const group_facts& group) {
  auto rate = static_cast<double>(sum.handled - last_handled_)
              / seconds(now - last_);
  auto lag = sum.sent - static_cast<std::uint64_t>(sum.committed);
  auto text = fmt::format("{:5.1f} s  {} of {} handled, {:.0f} records/s, lag "
                          "{}, restarts {} workers {} group, redeliveries {}",
                          seconds(now - start_), sum.handled, records_, rate,
                          lag, group.worker_restarts, group.group_restarts,
                          sum.redeliveries);
  line_.show(now, text);
  last_ = now;
  last_handled_ = sum.handled;
}

} // namespace cafka::demo
