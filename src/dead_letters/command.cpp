/// `cafka dead-letters`: what a group gave up, and back with it.

#include "dead_letters/command.hpp"
#include "api/stop_signal.hpp"
#include "dead_letters/dead_letters.hpp"
#include "exec_handlers/exec_settings.hpp"
#include "io/standard_files.hpp"
#include "program/builtin_handlers.hpp"
#include "program/config_arguments.hpp"

#include <cafka/errors.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <functional>

#include <unistd.h>

namespace cafka::app {

namespace {

constexpr auto footer = R"(
A dead letter tells in its headers where it is from and why it failed. Those of
cafka (KIP-1191), Kafka Connect, Kafka Streams and Spring are read; one that
names another group is passed over.)";

constexpr auto replay_footer = R"(
Each record goes back to the topic and the partition that it is from, without
the headers of its errors and with __cafka.replay.count raised. How far a replay
came are the committed offsets of the group <group>.replay, so that the next one
goes on there; a killed one writes up to 500 records again. With --topic, --since
or --cause all dead letters are looked at, and nothing is committed.)";

constexpr auto process_footer = R"(
The handler that the config file names gets each record alone, with its own topic,
partition and offset, and no other group is bothered. What it acks is done; what
fails again, or is not acked by the answer, becomes a dead letter again, behind
the others, before the progress is committed: the offsets of the group
<group>.process. A killed run calls it for up to 500 records again. It ends at the
ends that are seen at its start.)";

struct arguments : config_arguments, letter_arguments {
  std::string group;
  std::string since;
  long timeout_s = 10;
  bool json = false;
  std::string where; // of one dead letter
  replay_arguments replay;
};

exit_code complain(const std::string& text) {
  complain_of_letters(text);
  return exit_code::usage;
}

/// Null: there is none of that name, or too many; that is told.
const configured_group* choose(const groups& xs, const arguments& args) {
  if (args.group.empty() && xs.size() == 1)
    return &xs.front();
  for (auto& x : xs)
    if (x.options.config.name == args.group)
      return &x;
  complain_of_letters(
    args.group.empty()
      ? "the config file has several groups: --group says which"
      : fmt::format("--group {}: no group of the config file has this name",
                    args.group));
  return nullptr;
}

template <class F>
exit_code with_group(const std::optional<groups>& read, arguments& args, F f) {
  if (!read)
    return exit_code::usage;
  auto* group = choose(*read, args);
  if (!group)
    return exit_code::usage;
  auto& config = group->options.config;
  if (config.endpoints.empty())
    return complain(fmt::format("group {} is embedded: --endpoints says where "
                                "it runs",
                                config.name));
  if (!args.since.empty()) {
    args.filter.since_ms = time_of(args.since);
    if (!args.filter.since_ms)
      return complain(fmt::format("--since {}: 2026-11-29, 2026-11-29T13:05, "
                                  "2026-11-29T13:05:09 (in UTC), or "
                                  "milliseconds since 1970",
                                  args.since));
  }
  args.timeout = std::chrono::seconds{args.timeout_s};
  catch_stop_signals();
  return f(*group);
}

template <class F>
exit_code with_config(arguments& args, F f) {
  return with_group(read_groups(args), args,
                    [&](auto& group) { return f(group.options.config); });
}

exit_code list(arguments& args) {
  if (!io::require_standard_output("cafka dead-letters list"))
    return exit_code::usage;
  return with_config(args, [&](auto& config) {
    return list_letters(config, args, args.json);
  });
}

/// What a place looks like.
std::string place_rule(const std::vector<std::string>& topics) {
  if (topics.size() == 1)
    return fmt::format("PARTITION@OFFSET, as 3@1200, or {}-3@1200",
                       topics.front());
  return fmt::format("TOPIC-PARTITION@OFFSET, as {}-3@1200; the topics are {}",
                     topics.front(), fmt::join(topics, ", "));
}

exit_code show(arguments& args) {
  if (!io::require_standard_output("cafka dead-letters show"))
    return exit_code::usage;
  return with_config(args, [&](auto& config) {
    auto topics = dead_letter_topics(config);
    auto place = letter_place_of(args.where, topics);
    if (!place)
      return complain(args.where + ": " + place_rule(topics));
    return show_letter(config, args, *place);
  });
}

exit_code replay(arguments& args) {
  return with_config(args, [&](auto& config) {
    return replay_letters(config, args, args.replay);
  });
}

exit_code process(arguments& args, const handler_registry& own) {
  auto out = std::make_shared<io::record_output>(STDOUT_FILENO);
  auto handlers = make_handlers(out, own);
  auto read = read_groups(args, handlers);
  auto secret = read ? secret_variables(*read) : std::vector<std::string>{};
  return with_group(read, args, [&](auto& group) {
    if (group.handler == "print"
        && !io::require_standard_output("cafka dead-letters process"))
      return exit_code::usage;
    auto options = group.options;
    if (runs_program(handlers, group))
      if (auto failure = exec_handlers::set_configured(nullptr, options,
                                                       secret))
        return complain(text_of(failure));
    return process_letters(options.config, options.handler, args);
  });
}

void add_group(CLI::App& to, arguments& args) {
  add_config_arguments(to, args);
  to.add_option("--group", args.group,
                "The group, by its name in the config file (default: the only "
                "one)");
  to.add_option("--timeout", args.timeout_s,
                "Longest wait for each answer of the brokers, in seconds")
    ->check(CLI::Range(1, 600))
    ->capture_default_str();
}

void add_filters(CLI::App& to, arguments& args) {
  to.add_option("--limit", args.limit, "So many dead letters at most");
  to.add_option("--topic", args.filter.topic,
                "Only those of records of this topic");
  to.add_option("--since", args.since,
                "Only those that were written then or later, in UTC: "
                "2026-11-29T13:05");
  to.add_option("--cause", args.filter.cause,
                "Only those with this text in the cause or in its type");
}

using arguments_ptr = std::shared_ptr<arguments>;

CLI::App& add(CLI::App& to, const char* name, const char* words,
              const arguments_ptr& args, exit_code& result,
              std::function<exit_code(arguments&)> run) {
  auto* command = to.add_subcommand(name, words);
  add_group(*command, *args);
  command->callback([args, run, &result] { result = run(*args); });
  return *command;
}

} // namespace

void add_dead_letters(CLI::App& program, const handler_registry& handlers,
                      exit_code& result) {
  auto& all = *program.add_subcommand(
    "dead-letters",
    "List, show, replay or process the dead letters of a group");
  all.require_subcommand(1);
  all.footer(footer);
  auto args = std::make_shared<arguments>();
  auto& lister = add(all, "list",
                     "A line for each: where it is, when it was written, which "
                     "record it is, how often that failed, and why",
                     args, result, list);
  add_filters(lister, *args);
  lister.add_flag("--json", args->json, "A JSON list, for programs");
  args = std::make_shared<arguments>();
  add(all, "show", "One dead letter with all that it holds, as JSON", args,
      result, show)
    .add_option("PARTITION@OFFSET", args->where,
                "Where it is; also TOPIC-PARTITION@OFFSET, as list prints it")
    ->required();
  args = std::make_shared<arguments>();
  auto& replayer = add(all, "replay",
                       "Write dead letters back to where they are from", args,
                       result, replay);
  add_filters(replayer, *args);
  auto& how = args->replay;
  replayer.add_option("--to", how.to, "To this topic instead");
  replayer.add_flag("--dry-run", how.dry_run,
                    "Tell what would be written, and write nothing");
  replayer.add_flag("--yes", how.yes, "Do not ask");
  replayer
    .add_option("--max-replays", how.replays_max,
                "A record that came back so often is left")
    ->capture_default_str();
  replayer.footer(replay_footer);
  args = std::make_shared<arguments>();
  add(all, "process", "Call the group's handler with dead letters", args,
      result, [&handlers](arguments& x) { return process(x, handlers); })
    .footer(process_footer);
}

} // namespace cafka::app
