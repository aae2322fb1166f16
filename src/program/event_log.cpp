#include "program/event_log.hpp"

#include "api/log_lines.hpp"
#include "api/wall_clock.hpp"
#include "io/log_reader.hpp"
#include "io/notes.hpp"

#include <CLI/CLI.hpp>

#include <utility>

#include <unistd.h>

namespace cafka::app {

void add_log_arguments(CLI::App& command, log_arguments& to) {
  command
    .add_option("--log-format", to.format,
                "How lines on standard error are written: text for people, "
                "json, or logfmt")
    ->check(CLI::IsMember({"text", "json", "logfmt"}))
    ->capture_default_str();
  command
    .add_option("--log-level", to.level,
                "Which of them are: error, warning, notice, info or debug, and "
                "what matters more")
    ->check(CLI::IsMember({"error", "warning", "notice", "info", "debug"}))
    ->capture_default_str();
}

void event_log::write_always(const core::log_line& x) {
  ++lines_;
  settings_.to(written(x));
}

void event_log::on_event(const event& x) {
  if (level_of(x.kind) <= settings_.level)
    write(line_of(x));
}

void event_log::on_record(const log_record& x) {
  if (x.level <= settings_.level)
    write(line_of(x));
}

void event_log::note(int level, const std::string& event,
                     const std::string& text) {
  write({.level = level, .event = event, .text = text});
}

std::string event_log::written(const core::log_line& x) const {
  return core::to_text(x, settings_.wall_clock(), settings_.format,
                       settings_.look);
}

std::shared_ptr<event_log>
make_event_log(const log_arguments& args,
               std::function<void(const std::string&)> to) {
  event_log::settings result;
  // CLI11 has checked them.
  result.format
    = core::log_format_of(args.format).value_or(core::log_format::text);
  result.level
    = core::level_of(args.level).value_or(core::log_level::information);
  result.look = io::look_for(STDERR_FILENO);
  result.wall_clock = wall_clock_ms;
  result.to = std::move(to);
  auto log = std::make_shared<event_log>(std::move(result));
  io::on_dropped([log](std::size_t count) {
    return log->written(
      {.level = core::log_level::warning,
       .event = "lines_dropped",
       .fields = {{"count", static_cast<std::int64_t>(count)}},
       .text = "nobody took them in time"});
  });
  return log;
}

std::shared_ptr<event_log> make_event_log(const log_arguments& args) {
  return make_event_log(args, [](auto& line) { io::print_text(line + '\n'); });
}

void write_refusal(const log_arguments& args, int level,
                   const std::string& sentence) {
  if (args.format == "text")
    io::print_note(sentence);
  else
    make_event_log(args)->note(level, "refused", sentence);
}

} // namespace cafka::app
