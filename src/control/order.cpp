/// What an operator orders of a partition, by the HTTP of its group's process.

#include "control/order.hpp"

#include "control/record_text.hpp"
#include "control/target.hpp"
#include "core/utf8_text.hpp"
#include "io/document_text.hpp"
#include "program/confirmation.hpp"

#include <cafka/target_position.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdio>

#include <pwd.h>
#include <unistd.h>

namespace cafka::app {

namespace {

using nlohmann::json;

constexpr int status_ok = 200;
constexpr int status_later = 202;
constexpr int status_wrong = 400;
constexpr int status_none = 404;
constexpr int status_refused = 409;

std::string user_name() {
  auto* found = getpwuid(geteuid());
  return found != nullptr ? found->pw_name : fmt::format("uid {}", geteuid());
}

/// Why it is not there.
std::string reason_in(const std::string& body) {
  auto said = json::parse(body, nullptr, false);
  return said.is_object() && said.contains("text") && said["text"].is_string()
           ? core::visible_text(said["text"].get<std::string>())
           : std::string{};
}

} // namespace

std::string order_name(const char* kind) {
  return fmt::format("cafka ctl {}", kind);
}

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
    server_.post(fmt::format("/api/{}", kind_), io::document_text(body)));
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
  if (!args_.yes && !is_confirmed(order_name(kind_), question))
    return exit_code::usage;
  return post({{"offset", *offset}, {"step", args_.step}});
}

// -- the record ---------------------------------------------------------------

http::client_answer order::ask_record() const {
  return server_.get(fmt::format("/api/record?group={}&topic={}&partition={}",
                                 http::url_encoded(group_->name),
                                 http::url_encoded(of_.topic), of_.partition));
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

} // namespace cafka::app
