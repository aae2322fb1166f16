#pragma once

/// What `cafka-guard` and who started it say to each other. The guard's
/// descriptors 0 to 2 are the program's; its arguments are the folder to run
/// in (empty: stay), the path of the program, and the program's arguments from
/// `argv[0]` on.
namespace cafka::guard {

/// The guard reads commands there, a byte each. Its end means: kill everything.
inline constexpr int control_fd = 3;
/// The guard writes reports there.
inline constexpr int status_fd = 4;

inline constexpr char terminate = 'T'; ///< SIGTERM to the program's group
inline constexpr char kill_all = 'K';  ///< SIGKILL to all that it left

/// Less than `PIPE_BUF`, so that each is written in one piece.
struct report {
  enum class kind : int {
    started,      ///< `value`: the program's process id, and its group's
    folder_error, ///< `value`: errno of the change of folder
    exec_error,   ///< `value`: errno of the start
    exited,       ///< `value`: the exit status; nothing of it runs any more
    signalled,    ///< `value`: the signal; nothing of it runs any more
  };
  kind what;
  int value;
};

} // namespace cafka::guard
