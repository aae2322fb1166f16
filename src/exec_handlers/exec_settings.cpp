#include "exec_handlers/exec_settings.hpp"

#include "config/shown_key.hpp"
#include "exec_handlers/exec_handlers.hpp"
#include "exec_handlers/program_files.hpp"

#include <caf/config_value.hpp>
#include <caf/timespan.hpp>

#include <fmt/format.h>

#include <functional>
#include <optional>
#include <utility>

namespace cafka::exec_handlers {

namespace {

using caf::config_value;
using caf::get_if;

/// Longest `call-timeout` and `term-after`; beyond it is a slip.
constexpr std::chrono::hours longest{24};

/// Most processes of a pool: each has a guard, and takes five descriptors.
constexpr std::int64_t processes_max = 1'000;

std::optional<std::string> text_in(const config_value& x) {
  auto* text = get_if<std::string>(&x);
  return text ? std::optional{*text} : std::nullopt;
}

// Each takes a value; false: it is not what is allowed.

bool take(const config_value& x, std::string& to) {
  auto text = text_in(x);
  to = text.value_or("");
  return text.has_value();
}

bool take(const config_value& x, std::vector<std::string>& to) {
  auto* list = get_if<config_value::list>(&x);
  if (!list || list->empty())
    return false;
  for (auto& each : *list) {
    auto text = text_in(each);
    if (!text)
      return false;
    to.push_back(*text);
  }
  return !to.front().empty();
}

bool take(const config_value& x, std::chrono::milliseconds& to) {
  auto* span = get_if<caf::timespan>(&x);
  if (!span || *span <= caf::timespan{0} || *span > longest)
    return false;
  to = std::chrono::ceil<std::chrono::milliseconds>(*span);
  return true;
}

bool take(const config_value& x, std::size_t& to) {
  auto* number = get_if<config_value::integer>(&x);
  if (!number || *number < 0 || *number > processes_max)
    return false;
  to = static_cast<std::size_t>(*number);
  return true;
}

bool take(const config_value& x, std::map<std::string, std::string>& to) {
  auto* variables = get_if<caf::settings>(&x);
  if (!variables)
    return false;
  for (auto& [name, value] : *variables) {
    auto text = text_in(value);
    if (!text)
      return false;
    to[std::string{name}] = *text;
  }
  return true;
}

template <class Enum>
bool take_name(const config_value& x, Enum& to,
               std::initializer_list<std::pair<std::string_view, Enum>> names) {
  auto text = text_in(x);
  for (auto& [name, value] : names)
    if (text == name) {
      to = value;
      return true;
    }
  return false;
}

struct argument {
  std::string_view name;
  std::string_view allowed;
  std::function<bool(const config_value&, exec_options&)> take;
};

const std::vector<argument>& arguments() {
  static const std::vector<argument> result{
    {"command", "a list of texts: the program and its arguments",
     [](auto& x, auto& to) { return take(x, to.command); }},
    {"life", "\"worker\" or \"batch\"",
     [](auto& x, auto& to) {
       return take_name(x, to.life,
                        {{"worker", exec_life::worker},
                         {"batch", exec_life::batch}});
     }},
    {"processes", "a number from 0 to 1000",
     [](auto& x, auto& to) { return take(x, to.processes); }},
    {"call-timeout", "a time from 1ms to 24h, such as 5min",
     [](auto& x, auto& to) { return take(x, to.call_timeout); }},
    {"term-after", "a time from 1ms to 24h, such as 5s",
     [](auto& x, auto& to) { return take(x, to.term_after); }},
    {"input", "\"json\", \"raw\" or \"values0\"",
     [](auto& x, auto& to) {
       return take_name(x, to.input,
                        {{"json", exec_input::json},
                         {"raw", exec_input::raw},
                         {"values0", exec_input::values0}});
     }},
    {"directory", "the path of a folder",
     [](auto& x, auto& to) { return take(x, to.directory); }},
    {"environment", "a dictionary of texts",
     [](auto& x, auto& to) { return take(x, to.environment); }},
  };
  return result;
}

std::string line(std::string_view key, std::string_view allowed) {
  return fmt::format("{}: {}", key, allowed);
}

} // namespace

exec_options read_exec_options(const caf::settings& args,
                               std::vector<std::string>& wrong) {
  exec_options result;
  for (auto& [key, value] : args) {
    auto i = std::find_if(arguments().begin(), arguments().end(),
                          [&](auto& x) { return x.name == key; });
    if (i == arguments().end())
      wrong.push_back(line(shown_key(std::string{key}),
                           "the handler exec has no such argument"));
    else if (!i->take(value, result))
      wrong.push_back(line(i->name, i->allowed));
  }
  if (!args.contains("command"))
    wrong.push_back(line("command", arguments().front().allowed));
  return result;
}

void check_exec_options(const exec_options& x, std::string& program,
                        std::string& guard, std::vector<std::string>& wrong) {
  if (x.life == exec_life::batch && x.processes > 0)
    wrong.push_back(line("processes", "only with life = \"worker\""));
  if (x.input != exec_input::json && x.life != exec_life::batch)
    wrong.push_back(line("input", "\"json\", or life = \"batch\""));
  if (!is_folder(x.directory))
    wrong.push_back(
      line("directory", fmt::format("{} is no folder", x.directory)));
  for (auto& [name, value] : x.environment)
    if (name.empty() || name.find('=') != std::string::npos)
      wrong.push_back(line("environment", "names without ="));
  if (!x.command.empty())
    if (auto failure = find_program(x.command.front(), program);
        !failure.empty())
      wrong.push_back(line("command", failure));
  if (auto failure = find_guard(x.guard, guard); !failure.empty())
    wrong.push_back(failure);
}

std::vector<std::string> check_exec_args(const caf::settings& args) {
  std::vector<std::string> wrong;
  auto options = read_exec_options(args, wrong);
  std::string program;
  std::string guard;
  check_exec_options(options, program, guard, wrong);
  return wrong;
}

/// A call blocks until its program answers. On CAF's scheduler programs that
/// hang would hold up every actor, and a stop with them.
std::string wrong_beside_program(const group_config& x) {
  return x.handler_threads > 0
           ? std::string{}
           : "handler-threads = 0: from 1 with handler = \"exec\", whose calls "
             "block";
}

caf::error set_configured(caf::actor_system* system, group_options& options,
                          std::vector<std::string> secret_variables) {
  std::vector<std::string> wrong; // it was checked
  auto what = read_exec_options(options.config.handler_init_args, wrong);
  what.hidden_variables = std::move(secret_variables);
  return set_handler(system, options, std::move(what));
}

} // namespace cafka::exec_handlers
