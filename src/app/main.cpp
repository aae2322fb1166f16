#include "app/commands.hpp"
#include "io/file_limit.hpp"
#include "io/standard_files.hpp"
#include "io/tell.hpp"

#include <cafka/group.hpp>

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdio>
#include <sstream>
#include <stdexcept>

namespace {

using cafka::app::exit_code;

constexpr auto footer = R"(
Settings of a config file can be replaced by arguments behind it:
  cafka run cafka.conf --cafka.group=other --cafka.commit-interval=1s

Exit codes:
  0    done; a run that a signal stopped in order, too
  1    something failed: a check, a record's delivery, standard output, or the
       commit of what was acked
  2    wrong arguments or settings, or an input that cannot be read
  3    no progress (demo)
  4    a group gave up
  5    handler calls ran on after stop-timeout
  6    no broker answered in time, or one refused
  7    a signal stopped a run in order, but a partition stood still, because its
       restarts were used up or its handler's failures stopped it
  129  stopped by SIGHUP
  130  stopped by SIGINT
  143  stopped by SIGTERM
Of several that apply to a run, the first in this order: 4, 5, 1, 7.)";

/// CLI11's own codes start at 100; ours are documented.
exit_code refuse(const CLI::App& program, const CLI::ParseError& x) {
  std::ostringstream out;
  std::ostringstream err;
  auto code = program.exit(x, out, err);
  std::fputs(out.str().c_str(), stdout);
  if (auto text = err.str(); !text.empty())
    cafka::app::tell_text(text);
  return code == 0 ? exit_code::ok : exit_code::usage;
}

exit_code run(int argc, char** argv) {
  auto result = exit_code::ok;
  CLI::App program{"Kafka consumer groups as supervised actors", "cafka"};
  program.require_subcommand(1);
  program.set_version_flag("--version", "cafka " CAFKA_VERSION);
  program.footer(footer);
  cafka::app::add_run(program, result);
  cafka::app::add_check(program, result);
  cafka::app::add_offsets(program, result);
  cafka::app::add_produce(program, result);
  cafka::app::add_demo(program, result);
  cafka::app::add_verifiable_consumer(program, result);
  cafka::app::add_bench_consumer(program, result);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& x) {
    return refuse(program, x);
  }
  return result;
}

exit_code run_guarded(int argc, char** argv) {
  try {
    // Who reads our output may go away, and a file may reach a limit: that is
    // an error of a write, and no end without a word.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    cafka::app::raise_file_limit();
    cafka::init_types();
    auto result = run(argc, argv);
    if (std::fflush(stdout) != 0)
      throw std::runtime_error{"standard output cannot be written"};
    return result;
  } catch (const std::exception& x) {
    cafka::app::tell(std::string{"cafka: "} + x.what());
    return exit_code::check_failed;
  }
}

} // namespace

int main(int argc, char** argv) {
  if (!cafka::app::open_standard_files())
    return static_cast<int>(exit_code::usage); // and nobody can be told
  auto result = run_guarded(argc, argv);
  cafka::app::await_told();
  return static_cast<int>(result);
}
