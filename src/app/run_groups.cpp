#include "app/run_groups.hpp"

#include "app/embedded_cluster.hpp"
#include "app/group_account.hpp"
#include "app/group_ends.hpp"
#include "app/progress_line.hpp"
#include "app/stop_signal.hpp"

#include <caf/actor_system_config.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <unistd.h>

namespace cafka::app {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// Between two looks at signals and at standard output.
constexpr auto look_interval = 50ms;

/// Between two lines of progress where there is no terminal.
constexpr auto progress_interval = 5s;

/// Events that a person wants to see; the others are told in sum.
bool is_worth_a_line(event_kind x) {
  switch (x) {
    case event_kind::begin_resolved:
    case event_kind::worker_started:
    case event_kind::worker_restarted:
    case event_kind::commit_sent:
    case event_kind::committed:
      return false;
    default:
      return true;
  }
}

class groups_run {
public:
  groups_run(std::vector<configured_group> groups,
             std::shared_ptr<record_output> out)
    : groups_(std::move(groups)),
      out_(std::move(out)),
      line_(std::make_shared<progress_line>(stderr, progress_interval,
                                            clock::now())),
      cluster_(embed(groups_)) {
    add_types(config_);
    system_ = std::make_unique<caf::actor_system>(config_);
    ends_ = std::make_unique<group_ends>(*system_);
  }

  exit_code run() {
    if (cluster_)
      line_->note("embedded cluster at " + cluster_->endpoints());
    for (auto& x : groups_)
      if (!start(x))
        return finish(exit_code::usage);
    return finish(wait());
  }

private:
  struct running_group {
    std::string name;
    group_actor handle;
    std::shared_ptr<group_account> account;
  };

  bool start(configured_group& x);
  exit_code wait();
  exit_code finish(exit_code result);
  void show_progress();
  void tell_ends(const group_ends::reasons& ended) const;
  void leave(exit_code result) const;

  std::vector<configured_group> groups_;
  std::shared_ptr<record_output> out_;
  std::shared_ptr<progress_line> line_;
  // What follows ends in the reverse order: the cluster last.
  std::unique_ptr<kafka::mock_cluster> cluster_;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  std::unique_ptr<group_ends> ends_;
  std::vector<running_group> running_;
  time_point start_ = clock::now();
  bool prints_ = false; // records go to standard output
  std::uint64_t told_records_ = 0;
};

bool groups_run::start(configured_group& x) {
  auto account = std::make_shared<group_account>();
  auto& options = x.options;
  options.handler = counted(std::move(options.handler), account);
  options.observer = [account, line = line_](const event& e) {
    account->on_event(e);
    if (is_worth_a_line(e.kind))
      line->note(to_string(e));
  };
  options.log = [line = line_](const log_record& y) {
    constexpr int syslog_warning = 4;
    if (y.level <= syslog_warning)
      line->note(fmt::format("log={} group={} text=\"{}\"", y.facility, y.group,
                             y.text));
  };
  auto name = options.config.name;
  auto handle = spawn(*system_, options);
  if (!handle) {
    line_->note(fmt::format("group {}: {}", name, text_of(handle.error())));
    return false;
  }
  ends_->watch(name, *handle);
  running_.push_back({name, *handle, account});
  prints_ = prints_ || x.handler == "print";
  return true;
}

exit_code groups_run::wait() {
  while (stop_signal() == 0) {
    if (!ends_->wait(1, look_interval).empty())
      return exit_code::gave_up;
    if (out_->closed()) {
      line_->note("standard output is closed: the groups stop");
      return exit_code::check_failed;
    }
    show_progress();
  }
  line_->note("stopping: running handler calls may finish, and what is acked "
              "is committed; a second signal ends at once");
  return exit_code::ok;
}

/// Stops what still runs, and tells what all of it did.
exit_code groups_run::finish(exit_code result) {
  auto ended_before = ends_->wait(0, 0ms);
  tell_ends(ended_before);
  for (auto& x : running_)
    if (ended_before.count(x.name) == 0)
      compat::post(x.handle, stop_group{});
  group_ends::reasons ended;
  do
    ended = ends_->wait(running_.size(), look_interval);
  while (ended.size() < running_.size());
  for (auto& x : ended_before)
    ended.erase(x.first);
  tell_ends(ended);
  for (auto& x : running_)
    line_->note(describe(x.name, x.account->facts()));
  auto outlived = [](auto& x) {
    return code_of(x.second) == errc::calls_outlived_stop;
  };
  if (std::any_of(ended.begin(), ended.end(), outlived))
    leave(result == exit_code::ok ? exit_code::calls_outlived_stop : result);
  return result;
}

/// A handler call cannot be killed, and nothing here waits for it.
void groups_run::leave(exit_code result) const {
  std::fflush(nullptr);
  std::_Exit(static_cast<int>(result));
}

void groups_run::tell_ends(const group_ends::reasons& ended) const {
  for (auto& [name, why] : ended)
    if (why != caf::exit_reason::user_shutdown)
      line_->note(fmt::format("group {} ended: {}: {}", name,
                              to_string(code_of(why)), text_of(why)));
}

/// Not in between records on the same terminal, and elsewhere only when there
/// is something new.
void groups_run::show_progress() {
  auto now = clock::now();
  if (!line_->due(now) || (prints_ && isatty(STDOUT_FILENO) == 1))
    return;
  std::vector<std::string> texts;
  std::uint64_t records = 0;
  for (auto& x : running_) {
    auto total = x.account->facts().total;
    records += total.records;
    texts.push_back(
      fmt::format("{}: {} records handled", x.name, total.records));
  }
  if (records == told_records_ && !line_->on_terminal())
    return;
  told_records_ = records;
  line_->show(now,
              fmt::format("{:.0f} s  {}",
                          std::chrono::duration<double>(now - start_).count(),
                          fmt::join(texts, "; ")));
}

} // namespace

exit_code run_groups(std::vector<configured_group> groups,
                     std::shared_ptr<record_output> out) {
  return groups_run{std::move(groups), std::move(out)}.run();
}

} // namespace cafka::app
