#include "core/offset_map.hpp"

#include <zstd.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

namespace cafka::core {

namespace {

constexpr std::size_t int32_bytes = 4;
constexpr std::size_t int16_bytes = 2;
constexpr offset_t int32_max = std::numeric_limits<std::int32_t>::max();

/// A frame of few bytes may stand for very many. More than a broker ever takes
/// as metadata, by far.
constexpr std::size_t payload_bytes_max = 4 << 20;

// -- writing ------------------------------------------------------------------

void add_int32(std::string& to, offset_t x) {
  for (int shift = 24; shift >= 0; shift -= 8)
    to += static_cast<char>(x >> shift & 0xff);
}

/// Every other run is complete, the first one is not; up to the last complete
/// one that fits.
std::string runs_of(offset_t committed, const std::vector<offset_range>& ranges,
                    std::size_t bytes_max) {
  std::string result{'e'};
  auto at = committed;
  for (auto& x : ranges) {
    auto gap = x.first - at;
    auto run = std::min(x.last - x.first, int32_max);
    if (gap > int32_max || result.size() + 2 * int32_bytes > bytes_max)
      break;
    add_int32(result, gap);
    add_int32(result, run);
    at = x.first + run;
    if (at < x.last)
      break;
  }
  return result;
}

/// How many offsets from `committed` on the bits can tell of.
offset_t bits_within(offset_t last, offset_t committed, std::size_t bytes_max) {
  if (bytes_max <= 1 + int32_bytes)
    return 0;
  auto room = static_cast<offset_t>(bytes_max - 1 - int32_bytes) * 8;
  return std::min({last - committed, room, int32_max});
}

std::string bits_of(offset_t committed, const std::vector<offset_range>& ranges,
                    offset_t count) {
  std::string bits(static_cast<std::size_t>((count + 7) / 8), '\0');
  offset_t used = 0;
  for (auto& x : ranges)
    for (auto i = x.first - committed; i < std::min(x.last - committed, count);
         ++i) {
      auto& byte = bits[static_cast<std::size_t>(i / 8)];
      byte = static_cast<char>(static_cast<unsigned char>(byte) | 1u << i % 8);
      used = i + 1;
    }
  std::string result{'o'};
  add_int32(result, used);
  return result + bits.substr(0, static_cast<std::size_t>((used + 7) / 8));
}

/// Behind the last offset that the runs tell of.
offset_t end_of_runs(offset_t committed, std::string_view bytes) {
  auto all = decode_offset_map(committed, bytes, end_of_offsets);
  return all->empty() ? committed : all->ranges().back().last;
}

// -- reading ------------------------------------------------------------------

/// Big-endian and signed, as Java's. `width`: 2 or 4 bytes.
offset_t int_at(std::string_view bytes, std::size_t at, std::size_t width) {
  std::uint32_t result = 0;
  for (std::size_t i = 0; i < width; ++i)
    result = result << 8 | static_cast<unsigned char>(bytes[at + i]);
  return width == int32_bytes ? offset_t{static_cast<std::int32_t>(result)}
                              : offset_t{static_cast<std::int16_t>(result)};
}

/// A frame need not say how long its content is.
std::optional<std::string> unpacked(std::string_view frame) {
  std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context{
    ZSTD_createDCtx(), &ZSTD_freeDCtx};
  std::string result;
  ZSTD_inBuffer in{frame.data(), frame.size(), 0};
  for (std::size_t left = 1; left != 0;) {
    char part[4096];
    ZSTD_outBuffer out{part, sizeof(part), 0};
    left = ZSTD_decompressStream(context.get(), &out, &in);
    auto stands_still = in.pos == in.size && out.pos == 0 && left != 0;
    if (ZSTD_isError(left) != 0u || stands_still
        || result.size() + out.pos > payload_bytes_max)
      return std::nullopt;
    result.append(part, out.pos);
  }
  return result;
}

std::optional<range_set> read_runs(offset_t committed, std::string_view bytes,
                                   std::size_t width, offset_t end) {
  if (bytes.empty() || bytes.size() % width != 0)
    return std::nullopt;
  range_set result;
  auto is_complete = false;
  for (std::size_t i = 0; i < bytes.size(); i += width) {
    auto run = int_at(bytes, i, width);
    if (run < 1 || run > end - committed)
      return std::nullopt;
    if (is_complete)
      result.insert({committed, committed + run});
    committed += run;
    is_complete = !is_complete;
  }
  return result;
}

/// Java leaves out zeros at the end; Parallel Consumer adds a byte of them.
std::optional<range_set> read_bits(offset_t committed, std::string_view bytes,
                                   std::size_t width, offset_t end) {
  if (bytes.size() < width)
    return std::nullopt;
  auto count = int_at(bytes, 0, width);
  auto bits = bytes.substr(width);
  if (count < 1 || count > end - committed
      || bits.size() > static_cast<std::size_t>(count + 7) / 8 + 1)
    return std::nullopt;
  range_set result;
  for (offset_t i = 0; i < static_cast<offset_t>(bits.size()) * 8; ++i) {
    auto byte
      = static_cast<unsigned char>(bits[static_cast<std::size_t>(i / 8)]);
    if ((byte >> i % 8 & 1u) == 0)
      continue;
    if (i >= count || i == 0)
      return std::nullopt; // the committed offset itself is not complete
    result.insert({committed + i, committed + i + 1});
  }
  return result;
}

} // namespace

std::string encode_offset_map(offset_t committed, const range_set& complete,
                              std::size_t bytes_max) {
  auto ranges = complete.ranges();
  if (ranges.empty())
    return {};
  auto runs = runs_of(committed, ranges, bytes_max);
  auto bits = bits_of(committed, ranges,
                      bits_within(ranges.back().last, committed, bytes_max));
  auto runs_end = runs.size() > 1 ? end_of_runs(committed, runs) : committed;
  auto bits_end = committed + int_at(bits, 1, int32_bytes);
  if (std::max(runs_end, bits_end) == committed)
    return {};
  if (runs_end != bits_end)
    return runs_end > bits_end ? runs : bits;
  return runs.size() <= bits.size() ? runs : bits;
}

std::optional<range_set>
decode_offset_map(offset_t committed, std::string_view bytes, offset_t end) {
  if (bytes.empty())
    return std::nullopt;
  auto payload = bytes.substr(1);
  auto magic = bytes.front();
  std::optional<std::string> content;
  if (std::string_view{"psJa"}.find(magic) != std::string_view::npos) {
    content = unpacked(payload);
    if (!content)
      return std::nullopt;
    payload = *content;
  }
  switch (magic) {
    case 'e':
    case 'p':
      return read_runs(committed, payload, int32_bytes, end);
    case 'n':
    case 'J':
      return read_runs(committed, payload, int16_bytes, end);
    case 'o':
    case 's':
      return read_bits(committed, payload, int32_bytes, end);
    case 'l':
    case 'a':
      return read_bits(committed, payload, int16_bytes, end);
    default:
      return std::nullopt;
  }
}

} // namespace cafka::core
