#pragma once

#include <cafka/detail/guard_path.hpp>
#include <cafka/group.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

/// Programs in any language as handlers: each runs as a process of its own,
/// which may crash, hang or be killed without harm to anything but its
/// partition. Part of the library `cafka::app`. Their side of the protocol
/// stands in src/exec/README.md of the sources.
namespace cafka {

/// The work of one process of a program.
enum class exec_life {
  worker, ///< a partition's worker: it gets a line per batch, and answers each
  batch,  ///< one handler call: its standard input is the batch, its exit
          ///< status the answer
};

/// The form in which a program of `exec_life::batch` gets its batch.
enum class exec_input {
  json,    ///< a line of JSON for each record
  raw,     ///< the values, a newline behind each
  values0, ///< the values, a NUL behind each
};

/// A program, and how it is run: the `handler-init-args` of `handler = "exec"`.
struct exec_options {
  /// The program and its arguments; no shell reads them. A name without a slash
  /// is looked for in `PATH`; a relative path counts from the current folder of
  /// this process. Required.
  std::vector<std::string> command;
  exec_life life = exec_life::worker; ///< see there
  /// So many processes for all partitions of the group, one batch at a time
  /// each. With 0 each partition has its own. Only for `exec_life::worker`.
  std::size_t processes = 0;
  /// How long an answer may take; then the process gets SIGTERM, and the call
  /// has failed.
  std::chrono::milliseconds call_timeout{300'000};
  /// From SIGTERM to SIGKILL, and from the end of the input to SIGTERM; less
  /// where the deadline of a revoke or a stop is nearer.
  std::chrono::milliseconds term_after{5'000};
  exec_input input = exec_input::json; ///< see there
  std::string directory; ///< where it runs; by default where this process does
  /// Variables of its environment, beside those of this process.
  std::map<std::string, std::string> environment;
  /// Variables of this process that it does not get, as they are secrets.
  std::vector<std::string> hidden_variables;
  /// Path of `cafka-guard`. By default it is looked for where it was installed
  /// or built, and beside the running program.
  std::string guard;
};

/// Lets the group that `spawn` or `start_link` makes of `options` in `system`
/// run a program as its handler: sets `handler`. To be called last: `config`
/// and `log` must be there. The error names what is wrong with `what`: no
/// command, a program or a guard that is not there or not executable, arguments
/// that exclude each other; or that `handler-threads` is 0, or that the system
/// has no descriptor or no thread left. Starts no program.
///
/// Lines that the program writes to standard error go to `log` with the
/// facility `exec` as warnings, those that it prints as information. Without a
/// `log` they go to standard error, as `topic/partition | text`.
caf::error set_exec_handler(caf::actor_system& system, group_options& options,
                            exec_options what);

} // namespace cafka
