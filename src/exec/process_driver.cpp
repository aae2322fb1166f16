#include "exec/process_driver.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace cafka::exec {

namespace {

using clock = std::chrono::steady_clock;

/// Taken from the kernel in one go.
constexpr int events_max = 64;

/// For the wake-up; processes count from 1.
constexpr std::uint64_t wake_token = 0;

std::uint64_t token_of(std::uint64_t id, process::stream which) {
  return id * process::stream_count + static_cast<std::uint64_t>(which);
}

/// No signal of the process is handled on a thread of the library's.
std::thread without_signals(std::function<void()> f) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread result{std::move(f)};
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return result;
}

} // namespace

process_driver::process_driver()
  : epoll_(epoll_create1(EPOLL_CLOEXEC)),
    wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  epoll_event x{EPOLLIN, {.u64 = wake_token}};
  if (!epoll_.open() || !wake_.open()
      || epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &x) != 0)
    throw std::system_error{errno, std::system_category(),
                            "no descriptor for the pipes of programs"};
  thread_ = without_signals([this] { run(); });
}

process_driver::~process_driver() {
  ends_ = true;
  wake();
  thread_.join();
}

process_ptr process_driver::start(const launch& what, session::life life,
                                  session::limits limits, process_hooks hooks) {
  auto result = std::make_shared<process>(what, life, limits, std::move(hooks));
  if (!result->start())
    return result;
  std::uint64_t id = 0;
  {
    std::lock_guard lock{mutex_};
    id = ++last_id_;
    processes_.emplace(id, result);
  }
  auto* raw = result.get();
  result->on_full([this, id, input = result->fd_of(process::stream::input)](
                    bool on) { watch_input(EPOLL_CTL_MOD, input, id, on); });
  result->on_earlier([this, raw] {
    if (raw->next_time() < sleeps_until_)
      wake();
  });
  if (!watch(*result, id)) {
    result->give_up(std::strerror(errno));
    std::lock_guard lock{mutex_};
    processes_.erase(id);
  }
  return result;
}

/// False, with errno: it cannot be, and nothing came of it yet.
bool process_driver::watch(const process& x, std::uint64_t id) {
  auto is_watched = watch_input(EPOLL_CTL_ADD, x.fd_of(process::stream::input),
                                id, false);
  // Last its status, which says that it runs.
  for (auto each : {process::stream::output, process::stream::errors,
                    process::stream::status}) {
    epoll_event event{EPOLLIN, {.u64 = token_of(id, each)}};
    is_watched
      = is_watched
        && epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, x.fd_of(each), &event) == 0;
  }
  return is_watched;
}

/// It is there from the start, so that nothing can fail later. `is_full`: there
/// is more to write. An edge of its end is told in any case, once.
bool process_driver::watch_input(int operation, int input, std::uint64_t id,
                                 bool is_full) {
  epoll_event event{is_full ? EPOLLOUT : EPOLLET,
                    {.u64 = token_of(id, process::stream::input)}};
  return epoll_ctl(epoll_.get(), operation, input, &event) == 0;
}

void process_driver::wake() const {
  std::uint64_t one = 1;
  [[maybe_unused]] auto n = write(wake_.get(), &one, sizeof(one));
}

// -- its thread ---------------------------------------------------------------

void process_driver::run() {
  std::array<epoll_event, events_max> events;
  while (!ends_ || abandon_all()) {
    auto n = epoll_wait(epoll_.get(), events.data(), events_max, timeout_ms());
    auto now = clock::now();
    for (int i = 0; i < n; ++i)
      serve(events[static_cast<std::size_t>(i)].data.u64, now);
    for (auto& x : due(now))
      x->on_time(now);
  }
}

/// False: none is left.
bool process_driver::abandon_all() {
  std::lock_guard lock{mutex_};
  for (auto& [id, x] : processes_)
    x->abandon();
  return !processes_.empty();
}

void process_driver::serve(std::uint64_t token, time_point now) {
  if (token == wake_token) {
    std::uint64_t count = 0;
    [[maybe_unused]] auto n = read(wake_.get(), &count, sizeof(count));
    return;
  }
  auto id = token / process::stream_count;
  process_ptr x;
  {
    std::lock_guard lock{mutex_};
    if (auto i = processes_.find(id); i != processes_.end())
      x = i->second;
  }
  if (!x)
    return;
  x->on_ready(static_cast<process::stream>(token % process::stream_count), now);
  if (x->gone()) {
    std::lock_guard lock{mutex_};
    processes_.erase(id);
  }
}

/// A wake-up is needed only for what comes before the time that is told here.
int process_driver::timeout_ms() {
  // Whoever comes in between wakes: it compares with a time that is too late.
  sleeps_until_ = process::no_time;
  auto next = process::no_time;
  {
    std::lock_guard lock{mutex_};
    for (auto& [id, x] : processes_)
      next = std::min(next, x->next_time());
  }
  sleeps_until_ = next;
  if (next == process::no_time)
    return -1;
  auto left = time_point{duration{next}} - clock::now();
  auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::clamp<std::int64_t>(ms, 0, INT32_MAX));
}

std::vector<process_ptr> process_driver::due(time_point now) const {
  std::vector<process_ptr> result;
  std::lock_guard lock{mutex_};
  for (auto& [id, x] : processes_)
    if (x->next_time() <= now.time_since_epoch().count())
      result.push_back(x);
  return result;
}

} // namespace cafka::exec
