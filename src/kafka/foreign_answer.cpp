#include "kafka/foreign_answer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

namespace cafka::kafka {

namespace {

// `Invalid response size 1213486160 (0..100000000): increase
// receive.message.max.bytes`, in librdkafka 2.0 to 2.15.
constexpr std::string_view invalid_size = "Invalid response size ";
constexpr std::string_view wrong_advice = "increase receive.message.max.bytes";

/// The first four bytes of an answer, which were read as its size.
using first_bytes = std::array<char, 4>;

std::optional<first_bytes> first_bytes_in(std::string_view words) {
  auto begin = words.find(invalid_size);
  if (begin == std::string_view::npos)
    return std::nullopt;
  words.remove_prefix(begin + invalid_size.size());
  std::int32_t size = 0;
  auto got = std::from_chars(words.data(), words.data() + words.size(), size);
  if (got.ec != std::errc{})
    return std::nullopt;
  first_bytes result;
  auto rest = static_cast<std::uint32_t>(size);
  for (auto i = result.rbegin(); i != result.rend(); ++i, rest >>= 8)
    *i = static_cast<char>(rest & 0xff);
  return result;
}

/// Most protocols of others begin with words: HTTP, SSH, SMTP, FTP, Redis. As a
/// size that would be half a GB.
bool is_text(const first_bytes& x) {
  return std::all_of(x.begin(), x.end(),
                     [](char c) { return c >= ' ' && c <= '~'; });
}

/// A record of TLS 1.0 to 1.3: an alert or a part of the handshake, RFC 8446,
/// section 5.1.
bool is_tls(const first_bytes& x) {
  constexpr char alert = 21;
  constexpr char handshake = 22;
  constexpr char major_version = 3;
  return (x[0] == alert || x[0] == handshake) && x[1] == major_version
         && x[2] >= 0 && x[2] <= 4;
}

std::string advice_for(const first_bytes& x) {
  if (is_tls(x))
    return "what answers there speaks TLS: see security-protocol";
  if (is_text(x))
    return "what answers there is no Kafka broker, for it begins with \""
           + std::string{x.data(), x.size()} + "\": see endpoints";
  return "kafka { receive-message-max-bytes } allows no more, or what answers "
         "there is no Kafka broker";
}

} // namespace

bool is_foreign_answer(std::string_view words) {
  auto first = first_bytes_in(words);
  return first && (is_tls(*first) || is_text(*first));
}

std::string with_right_advice(std::string_view words) {
  std::string result{words};
  auto first = first_bytes_in(words);
  auto at = result.find(wrong_advice);
  if (first && at != std::string::npos)
    result.replace(at, wrong_advice.size(), advice_for(*first));
  return result;
}

} // namespace cafka::kafka
