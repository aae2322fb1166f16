#include "http/page.hpp"

#include <fmt/format.h>

#include <array>

#include <openssl/evp.h>
#include <openssl/sha.h>

namespace cafka::http {

namespace {

/// What stands between the two marks; empty: it is not there.
std::string_view between(std::string_view text, std::string_view begin,
                         std::string_view end) {
  auto from = text.find(begin);
  if (from == text.npos)
    return {};
  from += begin.size();
  return text.substr(from, text.find(end, from) - from);
}

/// As CSP has it: `sha256-` and base64.
std::string hash_of(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
         hash.data());
  // Four letters for three bytes, and the 0 that OpenSSL puts behind.
  std::array<unsigned char, (SHA256_DIGEST_LENGTH + 2) / 3 * 4 + 1> letters{};
  EVP_EncodeBlock(letters.data(), hash.data(), hash.size());
  return fmt::format("'sha256-{}'", reinterpret_cast<char*>(letters.data()));
}

} // namespace

std::string policy_of(std::string_view html) {
  return fmt::format("default-src 'none'; style-src {}; script-src {}; "
                     "connect-src 'self'; img-src data:; base-uri 'none'; "
                     "form-action 'none'; frame-ancestors 'none'",
                     hash_of(between(html, "<style>", "</style>")),
                     hash_of(between(html, "<script>", "</script>")));
}

} // namespace cafka::http
