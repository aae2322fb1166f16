#include "kafka/tls_errors.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace cafka::kafka {

namespace {

/// Codes of openssl/x509_vfy.h, which are part of its ABI.
constexpr std::array<std::pair<int, const char*>, 11> reasons{{
  {9, "is not valid yet"},
  {10, "has expired"},
  {18, "is signed by itself, and not one that ssl-ca-location trusts"},
  {19, "belongs to an authority that ssl-ca-location does not hold"},
  {20, "is signed by an authority that ssl-ca-location does not hold"},
  {21, "is signed by an authority that ssl-ca-location does not hold"},
  {23, "is revoked"},
  {26, "is not meant for this use"},
  {62, "does not hold the broker's host name"},
  {64, "does not hold the broker's address"},
  {66, "has a key that is too short"},
}};

} // namespace

// librdkafka takes a 1 for an acceptance, whatever OpenSSL said.
int tls_errors::look(const char* broker, int x509_error, int depth, char* words,
                     std::size_t words_size) {
  if (x509_error == 0)
    return 1;
  auto why = certificate_refusal(x509_error, depth);
  words[why.copy(words, words_size - 1)] = '\0';
  std::lock_guard guard{mutex_};
  refusals_.insert_or_assign(broker, std::move(why));
  return 0;
}

// Where nothing is verified, OpenSSL's doubts are no errors.
bool tls_errors::verifies(const rd_kafka_conf_t* conf) {
  std::array<char, 8> value{};
  auto size = value.size();
  return rd_kafka_conf_get(conf, "enable.ssl.certificate.verification",
                           value.data(), &size)
           == RD_KAFKA_CONF_OK
         && std::string_view{value.data()} == "true";
}

void tls_errors::explain(error& x) const {
  if (x.text.find("certificate verify failed") == std::string::npos)
    return;
  std::lock_guard guard{mutex_};
  auto i = std::find_if(refusals_.begin(), refusals_.end(), [&](auto& y) {
    return x.text.find("//" + y.first + "/") != std::string::npos;
  });
  if (i != refusals_.end())
    x.text += ": " + i->second;
}

std::string certificate_refusal(int x509_error, int depth) {
  std::string result = depth == 0 ? "the broker's certificate "
                                  : "a certificate above the broker's ";
  auto i = std::find_if(reasons.begin(), reasons.end(),
                        [&](auto& x) { return x.first == x509_error; });
  if (i != reasons.end())
    return result + i->second;
  return result + "is refused by OpenSSL (X.509 error "
         + std::to_string(x509_error) + ")";
}

} // namespace cafka::kafka
