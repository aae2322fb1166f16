#include "core/record_excerpt.hpp"

#include <algorithm>

namespace cafka::core {

namespace {

/// Of the bytes of an excerpt the key may have one part, and so may the
/// headers.
constexpr std::size_t parts = 4;

/// The bytes of a character of UTF-8 behind its first one: three at most.
constexpr std::size_t continuation_max = 3;

bool continues_character(char x) {
  return (static_cast<unsigned char>(x) & 0xc0u) == 0x80u;
}

/// At most so many bytes, and where it is text no part of a character.
std::string_view cut(std::string_view x, std::size_t bytes_max) {
  if (x.size() <= bytes_max)
    return x;
  auto end = bytes_max;
  for (std::size_t i = 0;
       i < continuation_max && end > 0 && continues_character(x[end]); ++i)
    --end;
  return x.substr(0, continues_character(x[end]) ? bytes_max : end);
}

bytes_excerpt take(optional_bytes x, std::size_t bytes_max) {
  if (!x)
    return {};
  return {false, x->size(), std::string{cut(*x, bytes_max)}};
}

/// Those whose names fit. Returns the bytes of them.
std::size_t take_headers(const record& x, std::size_t bytes_max,
                         record_excerpt& to) {
  auto left = bytes_max;
  to.header_count = x.header_count();
  for (std::size_t i = 0; i < x.header_count(); ++i) {
    auto header = x.header_at(i);
    if (header.name.size() > left)
      break;
    left -= header.name.size();
    auto value = take(header.value, left);
    left -= value.begin.size();
    to.headers.push_back({std::string{header.name}, std::move(value)});
  }
  return bytes_max - left;
}

} // namespace

record_excerpt excerpt_of(const record& x, std::size_t bytes_max) {
  record_excerpt result;
  result.offset = x.offset();
  result.failures = x.failure_count();
  if (auto time = x.timestamp())
    result.timestamp_ms = time->count();
  result.key = take(x.key(), bytes_max / parts);
  auto left = bytes_max - result.key.begin.size();
  left -= take_headers(x, bytes_max / parts, result);
  result.value = take(x.value(), left);
  return result;
}

} // namespace cafka::core
