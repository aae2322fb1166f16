#pragma once

#include "core/log_line.hpp"

namespace cafka::io {

/// How lines look to who reads `fd`, standard error usually: a terminal gets
/// short times, and colours unless the environment has `NO_COLOR` or a `TERM`
/// that is `dumb`; the journal of systemd gets priorities. It is the journal
/// where `JOURNAL_STREAM` names the device and the inode of `fd`, see
/// systemd.exec(5): who inherited the variable may write elsewhere.
core::log_look look_for(int fd);

} // namespace cafka::io
