/// `cafka top`: the groups of a process, on a terminal.

#include "control/command.hpp"
#include "control/server.hpp"
#include "control/status_table.hpp"
#include "io/standard_files.hpp"

#include <CLI/CLI.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string_view>
#include <thread>
#include <utility>

#include <sys/ioctl.h>
#include <unistd.h>

namespace cafka::app {

namespace {

constexpr auto name = "cafka top";

constexpr std::chrono::seconds look_interval{1};

/// Of a terminal that does not say.
constexpr std::size_t lines_usual = 24;
constexpr std::size_t columns_usual = 80;

/// The head, one line of a group, and where the cursor stays.
constexpr std::size_t lines_least = 3;

// ECMA-48: the cursor goes home, erases to the end of its line, and all behind
// it. The terminal is left as it is, so that a signal may end this anywhere.
constexpr auto home = "\033[H";
constexpr auto end_of_line = "\033[K";
constexpr auto end_of_screen = "\033[J";

bool is_live() {
  auto* terminal = std::getenv("TERM");
  return isatty(STDOUT_FILENO) == 1
         && (terminal == nullptr || std::string_view{terminal} != "dumb");
}

/// As NO_COLOR is agreed on: set, and not empty.
bool wants_colour() {
  auto* x = std::getenv("NO_COLOR");
  return x == nullptr || *x == '\0';
}

control::table_limits room() {
  winsize size{};
  ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
  control::table_limits result{lines_usual, columns_usual, wants_colour()};
  if (size.ws_row > 0)
    result.lines = std::max<std::size_t>(size.ws_row, lines_least);
  if (size.ws_col > 0)
    result.columns = size.ws_col;
  return result;
}

/// What the screen shows now.
class screen {
public:
  screen(const server& from, control::status_view first)
    : from_(from), last_(std::move(first)) {
  }

  /// False: nobody sees it any more.
  bool show() {
    std::string wrong;
    auto text = from_.status_text(wrong);
    auto seen = text ? control::read_status(*text) : std::nullopt;
    if (seen) {
      last_ = std::move(*seen);
      seen_at_ = std::chrono::steady_clock::now();
    } else if (wrong.empty()) {
      wrong = from_.address() + " answers with something else";
    }
    return write(wrong);
  }

private:
  bool write(const std::string& wrong) const {
    auto within = room();
    auto lines = control::table_of(last_, {within.lines - 2, within.columns,
                                           within.coloured});
    lines.insert(lines.begin(), control::cut_line(head(wrong), within.columns));
    std::string all = home;
    for (auto& x : lines)
      all += x + end_of_line + "\r\n";
    all += end_of_screen;
    return std::fwrite(all.data(), 1, all.size(), stdout) == all.size()
           && std::fflush(stdout) == 0;
  }

  std::string head(const std::string& wrong) const {
    if (wrong.empty())
      return fmt::format("cafka {} at {}, {:%H:%M:%S} UTC", last_.version,
                         from_.address(), fmt::gmtime(std::time(nullptr)));
    auto age = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - seen_at_);
    return fmt::format("NO ANSWER; what follows is from {} ago. {}",
                       control::span_text(age.count()), wrong);
  }

  const server& from_;
  control::status_view last_;
  std::chrono::steady_clock::time_point seen_at_
    = std::chrono::steady_clock::now();
};

/// What the terminal had stays in what can be scrolled back to.
void make_room() {
  for (std::size_t i = room().lines; i > 0; --i)
    std::fputc('\n', stdout);
}

exit_code top(const server_arguments& args) {
  if (!io::require_standard_output(name))
    return exit_code::usage;
  auto from = server::open(name, args);
  if (!from)
    return exit_code::usage;
  auto first = from->status(); // who is wrong from the start is told so
  if (!first)
    return exit_code::broker_failed;
  if (!is_live()) {
    for (auto& line : control::table_of(*first, {}))
      fmt::print("{}\n", line);
    return exit_code::ok;
  }
  make_room();
  screen shown{*from, std::move(*first)};
  while (shown.show())
    std::this_thread::sleep_for(look_interval);
  return exit_code::ok;
}

} // namespace

void add_top(CLI::App& program, exit_code& result) {
  auto args = std::make_shared<server_arguments>();
  auto& command = *program.add_subcommand(
    "top", "The groups of a process that serves HTTP, each second anew; once "
           "where standard output is no terminal");
  add_server_arguments(command, *args);
  command.callback([args, &result] { result = top(*args); });
}

} // namespace cafka::app
