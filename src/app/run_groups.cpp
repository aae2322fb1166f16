#include "app/run_groups.hpp"

#include "api/control_threads.hpp"
#include "api/group_ends.hpp"
#include "api/stop_signal.hpp"
#include "app/embedded_cluster.hpp"
#include "core/text_field.hpp"
#include "io/notes.hpp"
#include "io/progress_line.hpp"
#include "program/group_account.hpp"
#include "program/run_watch.hpp"

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

/// Of the line of progress, where there is no terminal.
constexpr auto never = duration::max();

bool runs_on_scheduler(const configured_group& x) {
  return x.options.config.handler_threads == 0;
}

service_state::settings settings_of(const io::service_notifier& x) {
  service_state::settings result;
  result.watchdog = x.watchdog_interval();
  if (x)
    result.to = [&x](std::string_view state) { return x.send(state); };
  return result;
}

class groups_run {
public:
  explicit groups_run(run_input x)
    : groups_(std::move(x.configured.groups)),
      http_(std::move(x.configured.http)),
      out_(std::move(x.out)),
      prepare_(std::move(x.prepare)),
      notifier_(std::move(x.notifier)),
      line_(std::make_shared<io::progress_line>(STDERR_FILENO, io::print_text,
                                                never, start_)),
      log_(make_event_log(x.log,
                          [line = line_](auto& text) { line->note(text); })),
      service_(std::make_shared<service_state>(settings_of(notifier_),
                                               groups_.size())),
      watch_(log_, *service_, start_),
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
      log_->write_always({.event = "embedded_cluster",
                          .fields = {{"endpoints", cluster_->endpoints()}}});
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
    std::string group;
    group_actor handle;
    std::shared_ptr<group_account> account;
  };

  bool serve();
  bool start(configured_group& x);
  exit_code wait();
  exit_code finish(exit_code result);
  group_ends::reasons stop_all();
  void show_progress();
  void write_ends(const group_ends::reasons& ended) const;
  exit_code write_summaries(exit_code result) const;
  void leave(exit_code result) const;

  std::vector<configured_group> groups_;
  http_options http_;
  std::shared_ptr<io::record_output> out_;
  prepare_group prepare_;
  io::service_notifier notifier_;
  const time_point start_ = clock::now();
  std::shared_ptr<io::progress_line> line_;
  std::shared_ptr<event_log> log_;
  std::shared_ptr<service_state> service_;
  run_watch watch_;
  // What follows ends in the reverse order: the cluster last.
  std::unique_ptr<kafka::mock_cluster> cluster_;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  std::optional<http_server> server_;
  group_ends ends_;
  std::vector<running_group> running_;
  bool prints_ = false; // records go to standard output
};

/// Before the groups, so that it misses nothing of them.
bool groups_run::serve() {
  auto server = serve_http(*system_, http_);
  if (!server) {
    log_->write({.level = core::log_level::error,
                 .event = "refused",
                 .text = text_of(server.error())});
    return false;
  }
  server_.emplace(std::move(*server));
  log_->write_always(
    {.event = "http_served", .fields = {{"address", server_->address()}}});
  return true;
}

bool groups_run::start(configured_group& x) {
  auto account = std::make_shared<group_account>();
  auto& options = x.options;
  auto name = options.config.name;
  auto group = options.config.group;
  options.observer = [account, name, log = log_,
                      service = service_](const event& e) {
    account->on_event(e);
    service->on_event(name, e);
    log->on_event(e);
  };
  options.log = [log = log_](const log_record& line) { log->on_record(line); };
  auto refuse = [&](const caf::error& why) {
    log_->write({.level = core::log_level::error,
                 .group = group,
                 .event = "refused",
                 .fields = {{"name", name}},
                 .text = text_of(why)});
    return false;
  };
  if (auto failure = prepare_(*system_, x))
    return refuse(failure);
  options.handler = counted(std::move(options.handler), account);
  auto handle = spawn(*system_, options);
  if (!handle)
    return refuse(handle.error());
  ends_.watch(name, *handle);
  watch_.board().add(*system_, name, *handle);
  running_.push_back({name, group, *handle, account});
  prints_ = prints_ || x.handler == "print";
  return true;
}

exit_code groups_run::wait() {
  while (stop_signal() == 0) {
    if (!ends_.wait(1, look_interval).empty())
      return exit_code::gave_up;
    if (out_->closed()) {
      log_->note(core::log_level::error, "stopping",
                 "standard output is closed: the groups stop");
      return exit_code::check_failed;
    }
    watch_.look(clock::now(), take_status_signal());
    show_progress();
  }
  log_->note(
    core::log_level::information, "stopping",
    "running handler calls may finish, and what is acked is committed; "
    "a second signal ends at once");
  return exit_code::ok;
}

/// Stops what still runs, and writes what all of it did.
exit_code groups_run::finish(exit_code result) {
  service_->stop(clock::now());
  auto ended_before = ends_.wait(0, 0ms);
  write_ends(ended_before);
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
  write_ends(ended);
  result = write_summaries(result);
  if (!is_in_order)
    leave(result);
  return result;
}

exit_code groups_run::write_summaries(exit_code result) const {
  for (auto& x : running_) {
    auto facts = x.account->facts();
    if (!all_is_committed(facts))
      result = first_of(result, exit_code::check_failed);
    if (!all_go_on(facts))
      result = first_of(result, exit_code::stood_still);
    for (auto& line : summary_lines(x.name, x.group, facts))
      log_->write(line);
  }
  return result;
}

group_ends::reasons groups_run::stop_all() {
  for (auto& x : running_) {
    x.account->on_stop();
    send(x.handle, stop_group{}); // nobody's where it has ended
  }
  group_ends::reasons result;
  do {
    service_->look_while_stopping(clock::now());
    result = ends_.wait(running_.size(), look_interval);
  } while (result.size() < running_.size());
  return result;
}

/// A handler call cannot be killed, and here nothing waits for it. Where a
/// group did not end in order there may be one.
void groups_run::leave(exit_code result) const {
  io::await_printed();
  std::_Exit(static_cast<int>(result));
}

void groups_run::write_ends(const group_ends::reasons& ended) const {
  for (auto& x : running_)
    if (auto i = ended.find(x.name);
        i != ended.end() && i->second != caf::exit_reason::user_shutdown)
      log_->write(end_line(x.name, x.group, i->second));
}

/// For people alone, and not in between records on the same terminal.
void groups_run::show_progress() {
  auto now = clock::now();
  if (!line_->due(now) || log_->format() != core::log_format::text
      || (prints_ && isatty(STDOUT_FILENO) == 1))
    return;
  std::vector<std::string> texts;
  for (auto& x : running_)
    texts.push_back(fmt::format("{}: {} records handled", field_value(x.name),
                                x.account->facts().total.records));
  line_->show(now,
              fmt::format("{:.0f} s  {}",
                          std::chrono::duration<double>(now - start_).count(),
                          fmt::join(texts, "; ")));
}

} // namespace

exit_code run_groups(run_input x) {
  return groups_run{std::move(x)}.run();
}

} // namespace cafka::app
