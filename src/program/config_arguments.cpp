#include "program/config_arguments.hpp"

#include "config/override.hpp"
#include "config/shown_key.hpp"
#include "exec_handlers/replace_handler.hpp"

#include <cafka/errors.hpp>

#include <caf/config_value.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace cafka::app {

namespace {

using strings = std::vector<std::string>;

/// The dictionary behind `key`; null: there is none.
const caf::settings* dictionary_in(const caf::settings& xs,
                                   const std::string& key) {
  auto i = xs.find(key);
  return i == xs.end() ? nullptr : caf::get_if<caf::settings>(&i->second);
}

/// Paths of the dictionaries that hold a group each.
strings group_paths(const caf::settings& content) {
  auto* category = dictionary_in(content, "cafka");
  auto* groups = category ? dictionary_in(*category, "groups") : nullptr;
  if (!groups)
    return {"cafka"};
  strings result;
  for (auto& [name, group] : *groups)
    result.push_back("cafka.groups." + std::string{name});
  if (category->size() > (category->contains("http") ? 2 : 1))
    result.push_back("cafka");
  return result;
}

void override_groups(caf::settings& content, const std::string& key,
                     const caf::config_value& value) {
  for (auto& path : group_paths(content))
    caf::put(content, path + "." + key, value);
}

caf::config_value list_of(const strings& xs) {
  caf::config_value::list result;
  for (auto& x : xs)
    result.emplace_back(x);
  return caf::config_value{std::move(result)};
}

/// Shows no value: it may be a secret in the wrong place.
std::string refusal_of(const std::string& argument) {
  if (argument.starts_with("--"))
    return shown_key(argument.substr(0, argument.find('=')))
           + ": no such argument";
  return "a word behind CONFIG belongs to no argument; a setting is replaced "
         "by --cafka.key=value";
}

/// By `--cafka.key=value`.
strings override_settings(caf::settings& content,
                          const config_arguments& args) {
  strings wrong;
  for (auto& x : args.command->remaining())
    if (!is_override(x))
      wrong.push_back(refusal_of(x));
    else if (auto failure = override_config(content, x))
      wrong.push_back(text_of(failure));
  return wrong;
}

/// By `--exec`. `file`: `content` as it was before anything was replaced in it,
/// whose arguments may be those of another handler.
std::string replace_handler(caf::settings& content, caf::settings file,
                            const config_arguments& args) {
  // Such as of an unquoted variable that is not set: the handler of the file
  // would run in its place.
  if (args.program->empty())
    return "behind --exec stands no command";
  std::string path;
  if (auto wrong = exec_handlers::find_group(content, group_paths(content),
                                             args.group, path);
      !wrong.empty())
    return wrong;
  if (exec_handlers::drop_other_arguments(file, path)) {
    override_settings(file, args); // what is wrong with them was told
    content = std::move(file);
  }
  exec_handlers::set_program(content, path, *args.program);
  return {};
}

/// What the command line says goes over what the file says.
strings override_all(caf::settings& content, const config_arguments& args) {
  auto file = content;
  auto wrong = override_settings(content, args);
  auto failure = args.program ? replace_handler(content, std::move(file), args)
                 : args.group.empty() ? std::string{}
                                      : "--group: only with --exec";
  if (!failure.empty())
    wrong.push_back(failure);
  if (!args.endpoints.empty()) {
    override_groups(content, "endpoints", list_of(args.endpoints));
    override_groups(content, "embedded", caf::config_value{false});
  }
  if (args.embedded)
    override_groups(content, "embedded", caf::config_value{true});
  if (!args.http.empty())
    caf::put(content, "cafka.http.listen", caf::config_value{args.http});
  return wrong;
}

/// Everybody on the machine may list its processes.
void warn_of_secrets(const config_arguments& args) {
  for (auto& x : args.command->remaining())
    if (shows_secret(x))
      write_refusal(args.log, core::log_level::warning,
                    fmt::format("cafka {}: warning: the value of {} stands in "
                                "the list of processes; file:PATH or env:NAME "
                                "in its place says where it is",
                                args.command->get_name(),
                                shown_key(x.substr(0, x.find('=')))));
}

void complain(const config_arguments& about, const strings& wrong) {
  for (auto& x : wrong)
    write_refusal(about.log, core::log_level::error,
                  fmt::format("cafka {}: {}", about.command->get_name(), x));
}

/// `read` takes the groups from the settings, and adds to what is wrong.
template <class F>
std::optional<configured_groups>
read_with(const config_arguments& args, F read) {
  warn_of_secrets(args);
  auto content = args.path.empty() ? caf::expected<caf::settings>{args.content}
                                   : load_config(args.path);
  if (!content) {
    // What was taken for the path may belong to an argument.
    caf::settings nothing;
    auto wrong = override_all(nothing, args);
    complain(args, wrong.empty() ? strings{text_of(content.error())} : wrong);
    return std::nullopt;
  }
  auto wrong = override_all(*content, args);
  configured_groups result = read(*content, wrong);
  for (auto& x : result.errors)
    wrong.push_back(to_string(x));
  complain(args, wrong);
  if (!wrong.empty())
    return std::nullopt;
  return result;
}

std::optional<groups> groups_of(std::optional<configured_groups> x) {
  if (!x)
    return std::nullopt;
  return std::move(x->groups);
}

} // namespace

void add_config_arguments(CLI::App& command, config_arguments& to) {
  to.command = &command;
  command.allow_extras(); // --cafka.key=value, with any key
  command
    .add_option("CONFIG", to.path,
                "The config file; --cafka.KEY=VALUE behind it replaces a "
                "setting of it")
    ->required();
  command
    .add_option("--endpoints", to.endpoints,
                "Brokers as host:port, instead of those of the config file")
    ->delimiter(',')
    ->allow_extra_args(false);
}

strings secret_variables(const groups& xs) {
  strings result;
  for (auto& x : xs)
    result.insert(result.end(), x.variables.begin(), x.variables.end());
  return result;
}

void add_http_argument(CLI::App& command, config_arguments& to) {
  command.add_option("--http", to.http,
                     "Serve metrics, health and a page at this address, as "
                     "127.0.0.1:8080; see http in the config file");
}

std::optional<groups> read_groups(const config_arguments& args) {
  return groups_of(
    read_with(args, [](auto& x, auto&) { return read_config(x); }));
}

std::optional<groups> read_groups(const config_arguments& args,
                                  const known_handlers& handlers) {
  return groups_of(read_process(args, handlers));
}

std::optional<configured_groups> read_process(const config_arguments& args,
                                              const known_handlers& handlers) {
  return read_with(args, [&](auto& x, strings& wrong) {
    auto result = read_config(x, handlers.all);
    for (auto& group : result.groups)
      for (auto& text : check_init_args(handlers, group))
        wrong.push_back(text);
    return result;
  });
}

} // namespace cafka::app
