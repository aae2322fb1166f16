#include "io/line_buffer.hpp"

#include <cstring>

namespace cafka::io {

line_buffer::line_buffer() : buffer_(line_bytes_max + 1 + chunk_bytes) {
}

char* line_buffer::room() {
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  seen_ -= begin_;
  begin_ = 0;
  return buffer_.data() + end_;
}

std::optional<std::string_view> line_buffer::next() {
  auto* from = buffer_.data() + seen_;
  auto* found = static_cast<char*>(std::memchr(from, '\n', end_ - seen_));
  if (found != nullptr)
    return take(static_cast<std::size_t>(found - buffer_.data()) - begin_,
                true);
  seen_ = end_;
  too_long_ = too_long_ || end_ - begin_ > line_bytes_max;
  if (too_long_ || !finished_ || begin_ == end_)
    return std::nullopt;
  return take(end_ - begin_, false);
}

std::optional<std::string_view> line_buffer::take(std::size_t length,
                                                  bool newline) {
  too_long_ = too_long_ || length > line_bytes_max;
  if (too_long_)
    return std::nullopt;
  std::string_view result{buffer_.data() + begin_, length};
  begin_ += length + (newline ? 1 : 0);
  seen_ = begin_;
  ++count_;
  return result;
}

} // namespace cafka::io
