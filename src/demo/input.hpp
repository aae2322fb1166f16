#pragma once

#include "io/line_buffer.hpp"

#include <caf/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cafka::demo {

/// Where the records come from. It is read three times (counted, replayed,
/// compared), and only its first `size_bytes` bytes count, so that a log may
/// grow meanwhile.
struct input {
  std::string name; ///< for people
  std::uint64_t size_bytes = 0;
  std::function<std::unique_ptr<std::istream>()> open;
};

/// The file at `path`. Without one: the machine's own dpkg log, or the sample
/// that is compiled in where there is none. Errors: missing, unreadable, or
/// nothing that can be read again.
caf::expected<input> choose_input(const std::optional<std::string>& path);

/// Some hundred lines as dpkg logs them, of packages that do not exist.
std::string sample_log();

/// The lines of an input.
class line_reader {
public:
  explicit line_reader(const input& from);

  /// The next line without its newline, valid until the next call. Nothing:
  /// the end, or a failure.
  std::optional<std::string_view> next();

  /// Empty: none.
  const std::string& failure() const noexcept {
    return failure_;
  }
  /// Lines given so far.
  std::uint64_t count() const noexcept {
    return lines_.count();
  }

private:
  bool fill();

  std::string name_;
  std::unique_ptr<std::istream> stream_;
  std::uint64_t left_bytes_;
  io::line_buffer lines_;
  std::string failure_;
};

} // namespace cafka::demo
