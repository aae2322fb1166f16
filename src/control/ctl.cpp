/// `cafka ctl`: an operator's hands on a terminal.

#include "control/command.hpp"
#include "control/record_text.hpp"
#include "control/server.hpp"
#include "control/status_table.hpp"
#include "control/target.hpp"
#include "core/utf8_text.hpp"
#include "io/standard_files.hpp"
#include "program/confirmation.hpp"

#include <cafka/target_position.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <functional>
#include <memory>
#include <utility>

#include <pwd.h>
#include <unistd.h>

namespace cafka::app {

namespace {

using nlohmann::json;

constexpr auto footer = R"(
PARTITION is TOPIC/NUMBER, as orders/3. What is intended is asked of the group's
own process, which must have http.operations = true; it is an event with WHO and
REASON. A pause holds until it is taken back or the process ends.

Exit codes: 0 done, or it was so already; 1 not done, and why is told; 2 wrong
arguments; 6 nobody answers at ADDRESS, or it refuses (the token, operations).)";

struct arguments : server_arguments {
  std::string group;
  std::string partition;
  std::string reason;
  std::string who;
  std::string step;
  std::string to;
  offset_t offset = -1;
  bool all = false;
  bool json = false;
  bool yes = false;
};

constexpr int status_ok = 200;
constexpr int status_later = 202;
constexpr int status_wrong = 400;
constexpr int status_none = 404;
constexpr int status_refused = 409;

std::string name_of(const char* kind) {
  return fmt::format("cafka ctl {}", kind);
}

std::string user_name() {
  auto* found = getpwuid(geteuid());
  return found != nullptr ? found->pw_name : fmt::format("uid {}", geteuid());
}

/// One intent of an operator's, from the first look to what became of it.
class order {
public:
  order(const arguments& args, const char* kind, server to)
    : args_(args), kind_(kind), server_(std::move(to)) {
  }

  exit_code pause_or_resume();
  exit_code restart();
  exit_code dispose();
  exit_code move();
  exit_code show_record();

private:
  /// What runs there, as far as it is needed: false: it was told what is wrong.
  bool look();
  bool find_partition();
  bool read_partition();
  bool fail(const std::string& why, exit_code with) {
    code_ = server_.complain(why, with);
    return false;
  }
  http::client_answer ask_record() const;
  void print_record(offset_t offset) const;
  exit_code post(json more) const;
  exit_code tell(const http::client_answer& x) const;
  std::string target_text() const;

  const arguments& args_;
  const char* kind_;
  server server_;
  std::optional<control::status_view> status_;
  const control::group_view* group_ = nullptr;
  topic_partition of_{{}, -1};
  const control::partition_view* partition_ = nullptr;
  exit_code code_ = exit_code::ok; // with which it failed
};

// -- looking ------------------------------------------------------------------

bool order::look() {
  status_ = server_.status();
  if (!status_) {
    code_ = exit_code::broker_failed; // told
    return false;
  }
  std::string wrong;
  group_ = control::choose_group(*status_, args_.group, wrong);
  if (group_ == nullptr)
    return fail(fmt::format("{}: {}", server_.address(), wrong),
                exit_code::usage);
  if (!status_->operations)
    return fail(fmt::format("{}: operations are off there: http.operations = "
                            "true in its config file allows them",
                            server_.address()),
                exit_code::broker_failed);
  return true;
}

bool order::read_partition() {
  auto read = control::parse_partition(args_.partition);
  if (!read)
    return fail(fmt::format("{}: TOPIC/NUMBER, as orders/3", args_.partition),
                exit_code::usage);
  of_ = *read;
  return true;
}

bool order::find_partition() {
  if (!read_partition())
    return false;
  if (of_.partition < 0)
    return fail(fmt::format("{}: one partition is wanted, as {}/3", of_.topic,
                            of_.topic),
                exit_code::usage);
  if (!look())
    return false;
  std::string wrong;
  partition_ = control::choose_partition(*group_, of_, wrong);
  return partition_ != nullptr || fail(wrong, exit_code::usage);
}

std::string order::target_text() const {
  if (of_.topic.empty())
    return "all partitions";
  return of_.partition < 0 ? "all of " + of_.topic : to_string(of_);
}

// -- what became of it --------------------------------------------------------

exit_code order::post(json more) const {
  json body{{"group", group_->name},
            {"reason", args_.reason},
            {"who", args_.who.empty() ? user_name() : args_.who}};
  if (!of_.topic.empty())
    body["topic"] = of_.topic;
  if (of_.partition >= 0)
    body["partition"] = of_.partition;
  body.update(more);
  return tell(
    server_.post(fmt::format("/api/{}", kind_),
                 body.dump(-1, ' ', false, json::error_handler_t::replace)));
}

exit_code order::tell(const http::client_answer& x) const {
  auto what = fmt::format("{} of {} in group {}", kind_, target_text(),
                          group_->name);
  if (x.status == status_later)
    return server_.complain(what
                              + " is not done yet, and goes on: the status "
                                "and the events will tell",
                            exit_code::check_failed);
  auto said = json::parse(x.body, nullptr, false);
  auto is_reply = said.is_object() && said.contains("result")
                  && said.contains("text") && said["result"].is_string()
                  && said["text"].is_string();
  if (!is_reply || (x.status != status_ok && x.status != status_refused))
    return server_.complain(
      fmt::format("{} was not done: {}", what, server_.refusal_text(x)),
      x.status == status_wrong ? exit_code::usage : exit_code::broker_failed);
  auto result = said["result"].get<std::string>();
  auto text = core::visible_text(said["text"].get<std::string>());
  if (x.status == status_refused)
    return server_.complain(fmt::format("{} was not done: {} ({})", what, text,
                                        core::visible_text(result)),
                            exit_code::check_failed);
  fmt::print("{}: {}{}\n", what, text,
             result == "unchanged" ? " (nothing was changed)" : "");
  return exit_code::ok;
}

// -- the intents --------------------------------------------------------------

exit_code order::pause_or_resume() {
  if (args_.all == !args_.partition.empty())
    return server_.complain("either PARTITION, TOPIC or --all is wanted",
                            exit_code::usage);
  if ((!args_.all && !read_partition()) || !look())
    return code_;
  return post(json::object());
}

exit_code order::restart() {
  return find_partition() ? post(json::object()) : code_;
}

exit_code order::move() {
  if (!parse_target_position(args_.to))
    return server_.complain(
      fmt::format("--to {}: earliest, latest, an offset, a time as "
                  "2026-11-29T13:05:09Z, or milliseconds since 1970 as "
                  "1764421509000ms",
                  args_.to),
      exit_code::usage);
  return find_partition() ? post({{"to", args_.to}}) : code_;
}

exit_code order::dispose() {
  if (args_.yes && args_.offset < 0)
    return server_.complain("--yes needs --offset: nobody is asked, so that it "
                            "must be said which record is meant",
                            exit_code::usage);
  if (!find_partition())
    return code_;
  auto offset = args_.offset >= 0 ? control::known{args_.offset}
                                  : partition_->failing_offset;
  if (!offset)
    return server_.complain(to_string(of_) + ": no record of it fails",
                            exit_code::check_failed);
  print_record(*offset);
  auto question = fmt::format(
    "{} at {} is {}, and not handled", to_string(of_), *offset,
    args_.step == "skip" ? "skipped" : "written to the dead letters");
  if (!args_.yes && !is_confirmed(name_of(kind_), question))
    return exit_code::usage;
  return post({{"offset", *offset}, {"step", args_.step}});
}

// -- the record ---------------------------------------------------------------

http::client_answer order::ask_record() const {
  return server_.get(fmt::format("/api/record?group={}&topic={}&partition={}",
                                 http::url_encoded(group_->name),
                                 http::url_encoded(of_.topic), of_.partition));
}

/// Why it is not there.
std::string reason_in(const std::string& body) {
  auto said = json::parse(body, nullptr, false);
  return said.is_object() && said.contains("text") && said["text"].is_string()
           ? core::visible_text(said["text"].get<std::string>())
           : std::string{};
}

/// Whoever decides on it is to see it, where that is possible.
void order::print_record(offset_t offset) const {
  auto came = ask_record();
  auto text = came.status == status_ok ? control::record_text(came.body)
                                       : std::string{};
  if (!text.empty())
    fmt::print("{}", text);
  else
    server_.complain(fmt::format("the record at {} is not shown: {}", offset,
                                 came.status == status_none
                                   ? reason_in(came.body)
                                   : server_.refusal_text(came)),
                     exit_code::ok);
  std::fflush(stdout);
}

exit_code order::show_record() {
  if (!find_partition())
    return code_;
  auto came = ask_record();
  auto text = came.status == status_ok ? control::record_text(came.body)
                                       : std::string{};
  fmt::print("{}", text);
  if (!text.empty())
    return exit_code::ok;
  if (auto why = reason_in(came.body); came.status == status_none)
    return server_.complain(fmt::format("{}: {}", to_string(of_), why),
                            exit_code::check_failed);
  return server_.complain(server_.refusal_text(came), exit_code::broker_failed);
}

exit_code show_status(const arguments& args) {
  auto to = server::open(name_of("status"), args);
  if (!to)
    return exit_code::usage;
  std::string wrong;
  if (args.json) {
    auto text = to->status_text(wrong);
    if (!text)
      return to->complain(wrong, exit_code::broker_failed);
    fmt::print("{}\n", *text);
    return exit_code::ok;
  }
  auto status = to->status();
  if (!status)
    return exit_code::broker_failed;
  for (auto& line : control::table_of(*status, {}))
    fmt::print("{}\n", line);
  return exit_code::ok;
}

// -- arguments ----------------------------------------------------------------

using arguments_ptr = std::shared_ptr<arguments>;
using run = std::function<exit_code(order&)>;

CLI::App& add(CLI::App& to, const char* kind, const char* words,
              const arguments_ptr& args, exit_code& result, const run& how) {
  auto& command = *to.add_subcommand(kind, words);
  command.fallthrough(); // --http and --token-file may stand behind it
  command.callback([=, &result] {
    result = exit_code::usage;
    auto at = io::require_standard_output(name_of(kind))
                ? server::open(name_of(kind), *args)
                : std::nullopt;
    if (!at)
      return;
    order x{*args, kind, std::move(*at)};
    result = how(x);
  });
  return command;
}

CLI::App& add_intent(CLI::App& to, const char* kind, const char* words,
                     const arguments_ptr& args, exit_code& result,
                     const run& how) {
  auto& command = add(to, kind, words, args, result, how);
  command
    .add_option("--reason", args->reason,
                "Why: it is told with the event, and stands in the status")
    ->required()
    ->check([](const std::string& x) {
      return x.empty() ? "a text that is not empty" : std::string{};
    });
  command.add_option("--who", args->who, "Who (default: the user's name)");
  return command;
}

CLI::Option& add_partition(CLI::App& to, arguments& args) {
  return *to.add_option("PARTITION", args.partition,
                        "TOPIC/NUMBER, as orders/3");
}

void add_pauses(CLI::App& ctl, const arguments_ptr& args, exit_code& result) {
  auto how = [](order& x) { return x.pause_or_resume(); };
  for (auto* command :
       {&add_intent(ctl, "pause",
                    "No handler call begins any more; one that runs goes on",
                    args, result, how),
        &add_intent(ctl, "resume",
                    "Take back the pause of just this partition or topic, or "
                    "the one of all",
                    args, result, how)}) {
    command->add_option("PARTITION", args->partition,
                        "TOPIC/NUMBER, as orders/3, or all of TOPIC");
    command->add_flag("--all", args->all, "All that the group reads");
  }
}

void add_dispose(CLI::App& ctl, const arguments_ptr& args, exit_code& result) {
  auto& command = add_intent(
    ctl, "dispose",
    "Get past the record that fails without handling it; it is shown, and "
    "asked for, first",
    args, result, [](order& x) { return x.dispose(); });
  add_partition(command, *args).required();
  command
    .add_option("--step", args->step,
                "skip, or dead-letter: it is written to the group's dead "
                "letters")
    ->required()
    ->check(CLI::IsMember({"skip", "dead-letter"}));
  command
    .add_option("--offset", args->offset,
                "Of the record (default: the one that fails)")
    ->check(CLI::NonNegativeNumber);
  command.add_flag("--yes", args->yes, "Do not ask");
}

void add_move(CLI::App& ctl, const arguments_ptr& args, exit_code& result) {
  auto& command
    = add_intent(ctl, "move",
                 "Drain the partition, commit another position, and go on "
                 "there",
                 args, result, [](order& x) { return x.move(); });
  add_partition(command, *args).required();
  command
    .add_option("--to", args->to,
                "earliest, latest, an offset, or a time as "
                "2026-11-29T13:05:09Z")
    ->required();
}

} // namespace

void add_ctl(CLI::App& program, exit_code& result) {
  auto args = std::make_shared<arguments>();
  auto& ctl = *program.add_subcommand(
    "ctl", "Look at the groups of a process that serves HTTP, and pause, "
           "resume, restart, dispose, move");
  ctl.require_subcommand(1);
  ctl.footer(footer);
  add_server_arguments(ctl, *args);
  ctl.add_option("--group", args->group,
                 "The group, by its name there (default: the only one)");
  auto& status = *ctl.add_subcommand(
    "status", "Each group in a sentence, and its partitions, the worst first");
  status.fallthrough();
  status.add_flag("--json", args->json, "All of it as JSON, for programs");
  status.callback([args, &result] {
    result = io::require_standard_output(name_of("status")) ? show_status(*args)
                                                            : exit_code::usage;
  });
  add_partition(add(ctl, "record",
                    "The record that a partition stands at, up to 4 KB of it",
                    args, result, [](order& x) { return x.show_record(); }),
                *args)
    .required();
  add_pauses(ctl, args, result);
  add_partition(add_intent(ctl, "restart",
                           "The partition's worker begins anew, without a "
                           "backoff and with all of its restarts and retries",
                           args, result, [](order& x) { return x.restart(); }),
                *args)
    .required();
  add_dispose(ctl, args, result);
  add_move(ctl, args, result);
}

} // namespace cafka::app
