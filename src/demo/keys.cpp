#include "demo/keys.hpp"

#include "io/fields.hpp"

#include <algorithm>
#include <functional>

namespace cafka::demo {

namespace {

bool is_lower(char x) noexcept {
  return x >= 'a' && x <= 'z';
}

bool is_digit(char x) noexcept {
  return x >= '0' && x <= '9';
}

/// Debian policy 5.6.1: at least two characters, the first alphanumeric.
bool is_package(std::string_view x) noexcept {
  auto fits = [](char c) {
    return is_lower(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  };
  return x.size() >= 2 && (is_lower(x.front()) || is_digit(x.front()))
         && std::all_of(x.begin(), x.end(), fits);
}

/// Begins with a letter, which tells it from a time and from a version.
bool is_architecture(std::string_view x) noexcept {
  auto fits = [](char c) { return is_lower(c) || is_digit(c) || c == '-'; };
  return !x.empty() && is_lower(x.front())
         && std::all_of(x.begin(), x.end(), fits);
}

bool is_subject(std::string_view field) noexcept {
  auto colon = field.find(':');
  return colon != std::string_view::npos && is_package(field.substr(0, colon))
         && is_architecture(field.substr(colon + 1));
}

std::string_view dpkg_subject(std::string_view line) noexcept {
  auto rest = line;
  for (auto x = io::next_field(rest); !x.empty(); x = io::next_field(rest))
    if (is_subject(x))
      return x;
  return io::nth_field(line, 3);
}

std::uint32_t murmur2(std::string_view bytes) noexcept {
  constexpr std::uint32_t m = 0x5bd1e995;
  auto at = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i]));
  };
  auto h = 0x9747b28cu ^ static_cast<std::uint32_t>(bytes.size());
  std::size_t i = 0;
  for (; i + 4 <= bytes.size(); i += 4) {
    auto k = at(i) | at(i + 1) << 8 | at(i + 2) << 16 | at(i + 3) << 24;
    k *= m;
    k ^= k >> 24;
    h = (h * m) ^ (k * m);
  }
  auto left = bytes.size() - i;
  if (left > 2)
    h ^= at(i + 2) << 16;
  if (left > 1)
    h ^= at(i + 1) << 8;
  if (left > 0)
    h = (h ^ at(i)) * m;
  h = (h ^ (h >> 13)) * m;
  return h ^ (h >> 15);
}

} // namespace

line_key key_rule::key_of(std::string_view line) const noexcept {
  auto result = field_ ? io::nth_field(line, *field_) : dpkg_subject(line);
  if (result.empty())
    return {line, true};
  return {result, false};
}

partition_t partition_of(std::string_view key,
                         std::size_t partitions) noexcept {
  // Java's abs: without the sign.
  return static_cast<partition_t>((murmur2(key) & 0x7fffffffu) % partitions);
}

std::uint64_t fingerprint(std::string_view bytes) noexcept {
  return std::hash<std::string_view>{}(bytes);
}

std::uint64_t chain(std::uint64_t before, std::uint64_t next) noexcept {
  // splitmix64's finalizer: order matters, and every bit reaches every other.
  auto x = before * 0x9e3779b97f4a7c15ull + next;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

} // namespace cafka::demo
