/// `cafka exec`: a program as the handler of a group, without a config file.

#include "exec_command/command.hpp"

#include "exec_handlers/exec_settings.hpp"
#include "exec_handlers/exec_try.hpp"
#include "exec_handlers/replace_handler.hpp"
#include "io/notes.hpp"
#include "program/config_arguments.hpp"

#include <cafka/config_file.hpp>
#include <cafka/errors.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <string_view>

namespace cafka::app {

namespace {

constexpr auto footer = R"(
  cafka exec --bootstrap-server B --group G --topic T -- COMMAND [ARG...]

The program gets a line of JSON for each batch, and answers with a line, such as
{"ack":true}. With --life batch it is run once for each batch, gets a line of
JSON for each record, and acks by exit status 0. Any other setting of a config
file can be given as --cafka.KEY=VALUE, those of the program itself as
--cafka.handler-init-args.call-timeout=1min.)";

using strings = std::vector<std::string>;
using run_function = std::function<exit_code(const config_arguments&)>;

struct arguments : config_arguments {
  strings topics;
  std::string begin = "latest";
  std::string life = "worker";
  std::string input = "json";
  caf::config_value::integer processes = 0;
  std::string try_file;
};

caf::config_value list_of(const strings& xs) {
  caf::config_value::list result;
  for (auto& x : xs)
    result.emplace_back(x);
  return caf::config_value{std::move(result)};
}

/// A number is one in a config file, too.
caf::config_value begin_of(const std::string& text) {
  auto is_number = !text.empty()
                   && text.find_first_not_of("0123456789") == std::string::npos
                   && text.size() <= 18; // of 63 bits
  return is_number
           ? caf::config_value{caf::config_value::integer{std::stoll(text)}}
           : caf::config_value{text};
}

/// Of the handler.
caf::settings init_args_of(const arguments& x) {
  caf::settings result;
  caf::put(result, "command", list_of(*x.program));
  caf::put(result, "life", x.life);
  caf::put(result, "input", x.input);
  caf::put(result, "processes", x.processes);
  return result;
}

/// What a config file would say.
caf::settings content_of(const arguments& x) {
  caf::settings result;
  caf::put(result, "cafka.name", x.group);
  caf::put(result, "cafka.group", x.group);
  caf::put(result, "cafka.topics", list_of(x.topics));
  caf::put(result, "cafka.begin-offset", begin_of(x.begin));
  caf::put(result, "cafka.handler", std::string{"exec"});
  caf::put(result, "cafka.handler-init-args",
           caf::config_value{init_args_of(x)});
  return result;
}

exit_code refuse(const std::string& why) {
  io::print_note("cafka exec: " + why);
  return exit_code::usage;
}

/// A program without a group has settings of its own alone. What is wrong with
/// those of the command line; empty: nothing.
std::string override_own(caf::settings& content, const arguments& args) {
  for (auto& x : args.command->remaining())
    if (!x.starts_with("--cafka.handler-init-args."))
      return "--try takes of --cafka.KEY=VALUE only handler-init-args.KEY";
    else if (auto failure = override_config(content, x))
      return text_of(failure);
  return {};
}

exit_code try_file(const arguments& args) {
  auto content = content_of(args);
  if (auto failure = override_own(content, args); !failure.empty())
    return refuse(failure);
  exec_handlers::set_program(content, "cafka", *args.program);
  strings failures;
  auto own = caf::get_if<caf::settings>(&content, "cafka.handler-init-args");
  auto options = exec_handlers::read_exec_options(*own, failures);
  if (!failures.empty())
    return refuse(failures.front());
  using enum exec_handlers::trial_result;
  auto result = exec_handlers::try_program(options, args.try_file);
  return result == good    ? exit_code::ok
         : result == wrong ? exit_code::check_failed
                           : exit_code::usage;
}

exit_code run(arguments& args, const run_function& run_groups) {
  if (!args.program || args.program->empty())
    return refuse("behind -- stands no command");
  if (!args.try_file.empty())
    return try_file(args);
  if (args.endpoints.empty() || args.group.empty() || args.topics.empty())
    return refuse("--bootstrap-server, --group and --topic are required");
  args.content = content_of(args);
  args.group.clear(); // it is the only one
  return run_groups(args);
}

} // namespace

std::optional<strings> take_command(int& argc, char** argv) {
  std::string_view word = argc > 1 ? argv[1] : "";
  std::string_view begin = word == "run"    ? "--exec"
                           : word == "exec" ? "--"
                                            : std::string_view{};
  auto** end = argv + argc;
  auto** found = begin.empty() ? end : std::find_if(argv, end, [&](auto* x) {
    return x == begin;
  });
  if (found == end)
    return std::nullopt;
  argc = static_cast<int>(found - argv);
  return strings{found + 1, end};
}

void add_exec(CLI::App& program, const std::optional<strings>& exec,
              run_function run_groups, exit_code& result) {
  auto args = std::make_shared<arguments>();
  args->program = exec;
  auto* command = program.add_subcommand(
    "exec", "Run a program as the handler of a group, without a config file");
  args->command = command;
  command->allow_extras(); // --cafka.key=value
  command
    ->add_option("--bootstrap-server", args->endpoints, "Brokers as host:port")
    ->delimiter(',')
    ->allow_extra_args(false);
  command->add_option("--group", args->group, "The consumer group");
  command->add_option("--topic", args->topics, "What it reads")
    ->delimiter(',')
    ->allow_extra_args(false);
  command->add_option("--try", args->try_file,
                      "Instead of Kafka: give the program the records of this "
                      "file, JSON lines as print writes them, and others that "
                      "programs forget, and say what it did wrong");
  command->add_option("--begin", args->begin,
                      "Where a partition without a committed offset starts: "
                      "earliest, latest or a number");
  command->add_option("--life", args->life,
                      "worker: a process for each partition; batch: one for "
                      "each batch");
  command->add_option("--processes", args->processes,
                      "So many processes for all partitions; 0: one for each");
  command->add_option("--input", args->input,
                      "With --life batch: json, raw or values0");
  add_http_argument(*command, *args);
  add_log_arguments(*command, args->log);
  command->footer(footer);
  command->callback(
    [args, run_groups, &result] { result = run(*args, run_groups); });
}

} // namespace cafka::app
