#pragma once

#include "exec/process.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace cafka::exec {

using process_ptr = std::shared_ptr<process>;

/// Reads and writes the pipes of all processes of a group, and keeps their
/// times, on one thread. Its destructor kills what still runs.
class process_driver {
public:
  /// Throws a `std::system_error` where the system has no descriptor or no
  /// thread left.
  process_driver();
  ~process_driver();
  process_driver(const process_driver&) = delete;
  process_driver& operator=(const process_driver&) = delete;

  /// Any thread. Never null; `process::await_started` says whether it runs.
  process_ptr start(const launch& what, session::life life,
                    session::limits limits, process_hooks hooks);

private:
  void run();
  void serve(std::uint64_t token, time_point now);
  int timeout_ms();
  bool watch(const process& x, std::uint64_t id);
  bool watch_input(int operation, int input, std::uint64_t id, bool is_full);
  void wake() const;
  std::vector<process_ptr> due(time_point now) const;
  bool abandon_all();

  descriptor epoll_;
  descriptor wake_;
  std::atomic<std::int64_t> sleeps_until_ = 0;
  std::atomic<bool> ends_ = false;
  mutable std::mutex mutex_; // guards what follows
  std::map<std::uint64_t, process_ptr> processes_;
  std::uint64_t last_id_ = 0;
  std::thread thread_; // started last
};

} // namespace cafka::exec
