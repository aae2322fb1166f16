#include "exec_handlers/exec_group.hpp"

#include "api/default_log.hpp"
#include "api/handler_events.hpp"
#include "api/log_lines.hpp"
#include "core/log_line.hpp"

#include <caf/actor_cast.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

#include <unistd.h>

namespace cafka::exec_handlers {

namespace {

using namespace std::chrono;
using namespace std::chrono_literals;
using exec::process_note;

/// A program may run cafka itself: these are its own partition's.
constexpr std::array<std::string_view, 3> partition_variables{
  "CAFKA_TOPIC", "CAFKA_PARTITION", "CAFKA_GENERATION"};

/// `spawn` makes a group known when its first handlers may be there already.
constexpr auto known_within = 10s;
constexpr auto look_interval = 1ms;

std::int64_t wall_clock_ms(time_point x) {
  auto wall = system_clock::now() + (x - steady_clock::now());
  return duration_cast<milliseconds>(wall.time_since_epoch()).count();
}

void write_to_stderr(const log_record& x) {
  if (x.level < core::log_level::debug)
    write_default_log(line_of(x));
}

/// Of a process of the pool: the group's name.
std::string about(const partition_identity& x, const std::string& name) {
  return x.topic.empty() ? name
                         : to_string(topic_partition{x.topic, x.partition});
}

event_kind kind_of(process_note::kind x) {
  using kind = process_note::kind;
  return x == kind::started ? event_kind::program_started
         : x == kind::ended ? event_kind::program_ended
                            : event_kind::program_killed;
}

bool is_event(process_note::kind x) {
  using kind = process_note::kind;
  return x == kind::started || x == kind::ended || x == kind::killed;
}

} // namespace

std::string closing_line(std::string_view why, time_point latest) {
  return exec::closing_line(why, wall_clock_ms(latest));
}

std::string batch_line(const exec_group& group, const message_batch& batch) {
  std::string result;
  exec::add_batch_line(result, batch, group.deadline_ms());
  return result;
}

exec_group::exec_group(caf::actor_system* system, exec_options what,
                       std::string program, std::string guard,
                       const group_options& options)
  : system_(system),
    what_(std::move(what)),
    name_(options.config.name),
    group_(options.config.group),
    log_(options.log ? options.log : write_to_stderr),
    grace_(exec::plan_ending({},
                             time_point{std::min(options.config.drain_timeout,
                                                 options.config.stop_timeout)},
                             what_.term_after)
             .grace) {
  launch_.guard = std::move(guard);
  launch_.program = std::move(program);
  launch_.arguments = what_.command;
  launch_.directory = what_.directory;
}

exec::session::life exec_group::life() const noexcept {
  using life = exec::session::life;
  if (what_.life == exec_life::batch)
    return life::batch;
  return what_.processes > 0 ? life::pool : life::worker;
}

exec::ending_plan exec_group::plan_until(time_point deadline) const noexcept {
  auto now = steady_clock::now();
  return deadline > now ? exec::plan_ending(now, deadline, what_.term_after)
                        : exec::ending_plan{now, grace_};
}

std::int64_t exec_group::deadline_ms() const {
  return wall_clock_ms(steady_clock::now() + what_.call_timeout);
}

void exec_group::find_group() {
  if (!system_)
    return;
  auto end = steady_clock::now() + known_within;
  while (true) {
    if (auto x = find(*system_, name_)) {
      std::lock_guard lock{mutex_};
      found_ = x->address();
      return;
    }
    if (steady_clock::now() > end)
      throw std::runtime_error{"handler exec: there is no group " + name_
                               + " in the actor system"};
    std::this_thread::sleep_for(look_interval);
  }
}

std::optional<group_actor> exec_group::group() const {
  std::lock_guard lock{mutex_};
  if (!found_)
    return std::nullopt;
  auto result = caf::actor_cast<group_actor>(found_);
  if (!result)
    return std::nullopt; // it has ended
  return result;
}

exec::process_ptr
exec_group::start(const partition_identity* of,
                  std::function<void(const exec::process&)> gone) {
  auto identity = of ? *of : partition_identity{};
  exec::process_hooks hooks;
  hooks.note = [this, identity](const process_note& x) {
    on_note(identity, x);
  };
  hooks.ack = [this, identity](auto& x) { ack(identity, x); };
  hooks.gone = std::move(gone);
  auto launch = launch_;
  launch.environment = environment(of);
  return driver_.start(launch, life(), {what_.call_timeout, what_.term_after},
                       std::move(hooks));
}

bool exec_group::may_begin_again(const partition_identity& of) {
  std::lock_guard lock{mutex_};
  return exits_[{of.topic, of.partition}].take(steady_clock::now());
}

void exec_group::warn(const std::string& text) const {
  log_({core::log_level::warning, group_, "exec", name_ + " | " + text});
}

void exec_group::on_note(const partition_identity& of,
                         const process_note& x) const {
  if (is_event(x.what) && system_) {
    event told;
    told.kind = kind_of(x.what);
    told.tp = {of.topic, of.topic.empty() ? 0 : of.partition};
    told.generation = of.generation;
    told.count = static_cast<std::uint64_t>(std::max(x.pid, 0));
    told.text = x.text;
    if (auto to = group())
      publish(*to, std::move(told));
    return;
  }
  auto is_routine = x.what == process_note::kind::started
                    || x.what == process_note::kind::ended;
  log_({is_routine ? core::log_level::debug : x.level, group_, "exec",
        about(of, name_) + " | " + x.text});
}

void exec_group::ack(
  const partition_identity& of,
  const std::variant<exec::acked, exec::acked_through, exec::nacked>& x) {
  if (auto* some = std::get_if<exec::acked>(&x))
    send(ack_individual{
      of.topic, of.partition, {some->generation}, some->offsets});
  else if (auto* all = std::get_if<exec::acked_through>(&x))
    send(cafka::ack{of.topic, of.partition, {all->generation}, all->offset});
  else if (auto* failed = std::get_if<exec::nacked>(&x))
    send(nack{of.topic, of.partition, of.generation, failed->offset,
              failed->cause, failed->retry});
}

/// That of this process without what is hidden or was said of another program,
/// and what programs may count on.
std::vector<std::string>
exec_group::environment(const partition_identity* of) const {
  auto own = what_.environment;
  own.insert({"PYTHONUNBUFFERED", "1"}); // may be replaced
  own["CAFKA_PROTOCOL"] = "1";
  own["CAFKA_NAME"] = name_;
  own["CAFKA_GROUP"] = group_;
  if (of) {
    own["CAFKA_TOPIC"] = of->topic;
    own["CAFKA_PARTITION"] = std::to_string(of->partition);
    own["CAFKA_GENERATION"] = std::to_string(of->generation.value);
  }
  std::vector<std::string> result;
  for (auto** x = environ; *x != nullptr; ++x) {
    std::string variable{*x};
    auto name = variable.substr(0, variable.find('='));
    auto is_in = [&](auto& xs) {
      return std::find(xs.begin(), xs.end(), name) != xs.end();
    };
    if (!own.contains(name) && !is_in(what_.hidden_variables)
        && !is_in(partition_variables))
      result.push_back(std::move(variable));
  }
  for (auto& [name, value] : own)
    result.push_back(name + "=" + value);
  return result;
}

} // namespace cafka::exec_handlers
