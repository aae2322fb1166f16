#include "app/run_groups.hpp"

#include "api/control_threads.hpp"
#include "api/group_ends.hpp"
#include "api/stop_signal.hpp"
#include "app/embedded_cluster.hpp"
#include "core/text_field.hpp"
#include "io/notes.hpp"
#include "io/progress_line.hpp"
#include "program/group_account.hpp"
#include "program/group_notes.hpp"

#include <cafka/http.hpp>

#include <caf/actor_system_config.hpp>

#include <fmt/format.h>

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

bool runs_on_scheduler(const configured_group& x) {
  return x.options.config.handler_threads == 0;
}

class groups_run {
public:
  groups_run(configured_groups configured,
             std::shared_ptr<io::record_output> out, prepare_group prepare)
    : groups_(std::move(configured.groups)),
      http_(std::move(configured.http)),
      out_(std::move(out)),
      prepare_(std::move(prepare)),
      line_(std::make_shared<io::progress_line>(
        STDERR_FILENO, io::print_text, progress_interval, clock::now())),
      cluster_(embed(groups_)) {
    add_types(config_);
    if (std::ranges::any_of(groups_, runs_on_scheduler))
      wait_for_work(config_);
    else
      use_control_threads(config_, groups_.size());
    system_ = std::make_unique<caf::actor_system>(config_);
  }

  exit_code run() {
    if (cluster_)
      line_->note("embedded cluster at " + cluster_->endpoints());
    if (!http_.listen.empty() && !serve())
      return finish(exit_code::usage);
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

  bool serve();
  bool start(configured_group& x);
  exit_code wait();
  exit_code finish(exit_code result);
  group_ends::reasons stop_all();
  void show_progress();
  void print_ends(const group_ends::reasons& ended) const;
  void leave(exit_code result) const;

  std::vector<configured_group> groups_;
  http_options http_;
  std::shared_ptr<io::record_output> out_;
  prepare_group prepare_;
  std::shared_ptr<io::progress_line> line_;
  // What follows ends in the reverse order: the cluster last.
  std::unique_ptr<kafka::mock_cluster> cluster_;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  std::optional<http_server> server_;
  group_ends ends_;
  std::vector<running_group> running_;
  time_point start_ = clock::now();
  bool prints_ = false; // records go to standard output
  std::uint64_t printed_records_ = 0;
};

/// Before the groups, so that it misses nothing of them.
bool groups_run::serve() {
  auto server = serve_http(*system_, http_);
  if (!server) {
    line_->note(escaped(text_of(server.error())));
    return false;
  }
  server_.emplace(std::move(*server));
  line_->note("http at " + server_->address());
  return true;
}

bool groups_run::start(configured_group& x) {
  auto account = std::make_shared<group_account>();
  auto& options = x.options;
  options.observer = [account, line = line_](const event& e) {
    account->on_event(e);
    if (is_worth_a_line(e.kind))
      line->note(to_string(e));
  };
  options.log = log_to([line = line_](auto& text) { line->note(text); });
  auto name = options.config.name;
  auto refuse = [&](const caf::error& why) {
    line_->note(
      fmt::format("group {}: {}", field_value(name), escaped(text_of(why))));
    return false;
  };
  if (auto failure = prepare_(*system_, x))
    return refuse(failure);
  options.handler = counted(std::move(options.handler), account);
  auto handle = spawn(*system_, options);
  if (!handle)
    return refuse(handle.error());
  ends_.watch(name, *handle);
  running_.push_back({name, *handle, account});
  prints_ = prints_ || x.handler == "print";
  return true;
}

exit_code groups_run::wait() {
  while (stop_signal() == 0) {
    if (!ends_.wait(1, look_interval).empty())
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
  auto ended_before = ends_.wait(0, 0ms);
  print_ends(ended_before);
  auto ended = stop_all();
  auto is_in_order = true;
  for (auto& [name, why] : ended) {
    auto code = ended_before.count(name) > 0 ? exit_code::gave_up
                                             : code_of_end(why);
    result = first_of(result, code);
    is_in_order = is_in_order && why == caf::exit_reason::user_shutdown;
  }
  for (auto& x : ended_before)
    ended.erase(x.first);
  print_ends(ended);
  for (auto& x : running_) {
    auto facts = x.account->facts();
    if (!all_is_committed(facts))
      result = first_of(result, exit_code::check_failed);
    if (!all_go_on(facts))
      result = first_of(result, exit_code::stood_still);
    line_->note(describe(x.name, facts));
  }
  if (!is_in_order)
    leave(result);
  return result;
}

group_ends::reasons groups_run::stop_all() {
  for (auto& x : running_) {
    x.account->on_stop();
    send(x.handle, stop_group{}); // nobody's where it has ended
  }
  group_ends::reasons result;
  do
    result = ends_.wait(running_.size(), look_interval);
  while (result.size() < running_.size());
  return result;
}

/// A handler call cannot be killed, and here nothing waits for it. Where a
/// group did not end in order there may be one.
void groups_run::leave(exit_code result) const {
  io::await_printed();
  std::_Exit(static_cast<int>(result));
}

void groups_run::print_ends(const group_ends::reasons& ended) const {
  for (auto& [name, why] : ended)
    if (why != caf::exit_reason::user_shutdown)
      line_->note(describe_end(name, why));
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
    texts.push_back(fmt::format("{}: {} records handled", field_value(x.name),
                                total.records));
  }
  if (records == printed_records_ && !line_->on_terminal())
    return;
  printed_records_ = records;
  line_->show(now,
              fmt::format("{:.0f} s  {}",
                          std::chrono::duration<double>(now - start_).count(),
                          fmt::join(texts, "; ")));
}

} // namespace

exit_code run_groups(configured_groups configured,
                     std::shared_ptr<io::record_output> out,
                     prepare_group prepare) {
  return groups_run{std::move(configured), std::move(out), std::move(prepare)}
    .run();
}

} // namespace cafka::app
