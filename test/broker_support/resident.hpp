#pragma once

#include <sys/types.h>

namespace cafka::test {

/// The memory of a process that is resident now, in KiB; 0: there is none.
long resident_kib(pid_t process);

} // namespace cafka::test
