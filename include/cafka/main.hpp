#pragma once

#include <cafka/config_file.hpp>
#include <cafka/detail/guard_path.hpp>

namespace cafka {

/// All of a program, but for its handlers:
///
/// ```
/// int main(int argc, char** argv) {
///   return cafka::main(argc, argv, {{"orders", cafka::make_handler(f)}});
/// }
/// ```
///
/// The arguments are those of the program `cafka`: `run`, `check`, `offsets`,
/// `produce` and `dead-letters` with a config file, whose groups name one of
/// `handlers` or a built-in one, `print`, `count` or `exec`, in `handler`; of
/// two with one name that of `handlers` counts. Where there are no `handlers`
/// it is the program `cafka`
/// itself, with all its commands. The config file's `handler-init-args` are the
/// handler's own.
///
/// `run` runs the groups until SIGTERM, SIGINT or SIGHUP comes, then drains,
/// commits and leaves; a second signal ends the process at once. Returns the
/// exit code, which `--help` explains; errors are told on standard error. Does
/// not return, but ends the process with that code, where a handler call runs
/// on after `stop-timeout`.
///
/// Part of the library `cafka::app`. To be called once, and before the process
/// makes threads: they block the three signals, so that nothing that a handler
/// waits for is interrupted. SIGPIPE and SIGXFSZ are ignored from then on,
/// standard files that are closed are opened on /dev/null, and the soft limit
/// of open files is raised to the hard one.
int main(int argc, char** argv, handler_registry handlers = {});

} // namespace cafka
