#include "app/demo_progress.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <unistd.h>

namespace cafka::app::demo {

namespace {

using namespace std::chrono_literals;

double seconds(duration x) {
  return std::chrono::duration<double>(x).count();
}

} // namespace

progress_meter::progress_meter(std::uint64_t records, time_point start)
  : records_(records),
    start_(start),
    terminal_(isatty(STDOUT_FILENO) == 1),
    last_(start) {
}

void progress_meter::show(time_point now, const ledger& books,
                          const group_watch& watch) {
  if (now - last_ < (terminal_ ? 200ms : 1000ms))
    return;
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
  // \033[K: erase to the end of the line (ECMA-48).
  if (terminal_)
    fmt::print("\r{}\033[K", text);
  else
    fmt::print("{}\n", text);
  std::fflush(stdout);
  dirty_ = terminal_;
  last_ = now;
  last_handled_ = sum.handled;
}

void progress_meter::end() {
  if (dirty_)
    fmt::print("\n");
  dirty_ = false;
}

} // namespace cafka::app::demo
