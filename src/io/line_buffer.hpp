#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace cafka::io {

/// Longest line without its newline. A record may hold it twice, as key and as
/// value, and the mock cluster keeps 5 MiB per partition.
inline constexpr std::size_t line_bytes_max = 1'000'000;

/// Cuts bytes into lines at `\n` and nowhere else; any other byte is content. A
/// last line needs no newline.
class line_buffer {
public:
  /// Read in one go; a multiple of what disks and pipes like.
  static constexpr std::size_t chunk_bytes = 262'144;

  line_buffer();

  /// Where the next `chunk_bytes` bytes may go. Lines given before are void.
  char* room();
  /// That many have come.
  void add(std::size_t bytes) noexcept {
    end_ += bytes;
  }
  /// No more will come.
  void finish() noexcept {
    finished_ = true;
  }
  /// The next line without its newline, valid until `room`. Nothing: more bytes
  /// are needed, or it is too long, or it is the end.
  std::optional<std::string_view> next();

  bool finished() const noexcept {
    return finished_;
  }
  /// The next line is longer than `line_bytes_max`; there will be none.
  bool too_long() const noexcept {
    return too_long_;
  }
  /// Lines given so far.
  std::uint64_t count() const noexcept {
    return count_;
  }

private:
  std::optional<std::string_view> take(std::size_t length, bool newline);

  std::vector<char> buffer_;
  std::size_t begin_ = 0; // of the line in the buffer
  std::size_t end_ = 0;   // of what was read
  std::size_t seen_ = 0;  // no newline in [begin_, seen_)
  std::uint64_t count_ = 0;
  bool finished_ = false;
  bool too_long_ = false;
};

} // namespace cafka::io
