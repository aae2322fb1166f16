#pragma once

#include <string_view>

namespace cafka::io {

/// True: `fd` is a regular file, and what stands in front of the next write
/// ends without a newline; or that cannot be read, because an empty line costs
/// less than a record that is glued to another's rest.
bool is_within_line(int fd);

/// Cuts `tail`, which was written last, off the regular file `fd`, where the
/// file still ends with it: another process may have written behind it. False:
/// nothing was changed.
bool cut_back(int fd, std::string_view tail);

} // namespace cafka::io
