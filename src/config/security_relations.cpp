#include "config/property_relations.hpp"

#include "kafka/property_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include <unistd.h>

namespace cafka {

namespace {

using errors = std::vector<config_error>;
using texts = std::vector<std::string>;

constexpr auto protocol = "security.protocol";
constexpr auto mechanism = "sasl.mechanisms";
constexpr auto method = "sasl.oauthbearer.method";

bool is_among(const std::string& x, const texts& these) {
  return std::find(these.begin(), these.end(), x) != these.end();
}

/// One error for all of `given`, which has an effect only if `name` is one of
/// `allowed`.
void need(errors& out, const client_settings& x, const texts& given,
          const char* name, const texts& allowed) {
  if (given.empty() || is_among(x.value(name), allowed))
    return;
  auto text = fmt::format("only where {} is {}", x.shown(name),
                          fmt::join(allowed, " or "));
  if (given.size() > 1)
    text += fmt::format("; the same of {}",
                        fmt::join(given.begin() + 1, given.end(), ", "));
  out.push_back(x.refusal(kafka::first_name(given.front()), std::move(text)));
}

/// What one of the names in `sources` would give is needed beside `given`.
void need_one_of(errors& out, const client_settings& x, const texts& given,
                 const texts& sources) {
  auto is_given = [&](auto& name) { return x.is_given(name); };
  if (!given.empty() && std::none_of(sources.begin(), sources.end(), is_given))
    out.push_back(x.refusal(
      given.front(), fmt::format("only with {}", fmt::join(sources, " or "))));
}

texts given_of(const client_settings& x, const texts& names) {
  texts result;
  for (auto& name : names)
    if (x.is_given(name))
      result.push_back(name);
  return result;
}

void at_most_one_of(errors& out, const client_settings& x, const texts& names) {
  auto given = given_of(x, names);
  if (given.size() > 1)
    out.push_back(x.refusal(
      given[0], fmt::format("not beside {}: one of the two counts", given[1])));
}

/// Properties that are missing where `name` has its value.
void require(errors& out, const client_settings& x, const char* name,
             const texts& needed) {
  texts missing;
  for (auto& property : needed)
    if (!x.is_given(property))
      missing.push_back(property);
  if (!missing.empty())
    out.push_back(x.refusal(name, fmt::format("only with {}: {} missing",
                                              fmt::join(needed, " and "),
                                              fmt::join(missing, " and "))));
}

/// OpenSSL does not say which file it is that is not there.
void check_files(errors& out, const client_settings& x, const texts& names) {
  for (auto& name : names)
    if (auto path = x.value(name);
        !path.empty() && path != "probe" && access(path.c_str(), R_OK) != 0)
      out.push_back(x.refusal(name, fmt::format("a file that can be read: {}",
                                                std::strerror(errno))));
}

void check_tls(errors& out, const client_settings& x) {
  const texts certificate{"ssl.certificate.location", "ssl.certificate.pem"};
  const texts key{"ssl.key.location", "ssl.key.pem"};
  const texts store{"ssl.keystore.location"};
  check_files(out, x,
              {"ssl.ca.location", "ssl.crl.location",
               "ssl.certificate.location", "ssl.key.location",
               "ssl.keystore.location"});
  need_one_of(out, x, given_of(x, certificate), key);
  need_one_of(out, x, given_of(x, key), certificate);
  need_one_of(out, x, given_of(x, {"ssl.key.password"}), key);
  need_one_of(out, x, given_of(x, {"ssl.keystore.password"}), store);
  need_one_of(out, x, given_of(x, store), {"ssl.keystore.password"});
  at_most_one_of(out, x, certificate);
  at_most_one_of(out, x, key);
  for (auto& source : certificate)
    at_most_one_of(out, x, {store.front(), source});
  if (x.value("ssl.endpoint.identification.algorithm") == "https")
    need(out, x, given_of(x, {"ssl.endpoint.identification.algorithm"}),
         "enable.ssl.certificate.verification", {"true"});
}

/// Of newer versions of librdkafka: a token without a client's secret.
bool has_other_grant(const client_settings& x) {
  auto grant = x.value("sasl.oauthbearer.grant.type");
  return !grant.empty() && grant != "client_credentials";
}

void check_tokens(errors& out, const client_settings& x) {
  const texts oidc{"sasl.oauthbearer.client.id",
                   "sasl.oauthbearer.client.secret",
                   "sasl.oauthbearer.token.endpoint.url"};
  if (x.value(method) == "oidc" && !has_other_grant(x)) {
    require(out, x, method, oidc);
  } else if (x.value(method) == "default") {
    need(out, x, given_of(x, oidc), method, {"oidc"});
    if (x.value("enable.sasl.oauthbearer.unsecure.jwt") != "true")
      out.push_back(x.refusal(
        mechanism,
        fmt::format("only where {} is oidc: nobody gives out tokens", method)));
  }
}

void check_login(errors& out, const client_settings& x) {
  const texts words{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"};
  need(out, x, given_of(x, {"sasl.username", "sasl.password"}), mechanism,
       words);
  need(out, x, x.given_with("sasl.oauthbearer."), mechanism, {"OAUTHBEARER"});
  need(out, x, x.given_with("sasl.kerberos."), mechanism, {"GSSAPI"});
  if (is_among(x.value(mechanism), words))
    require(out, x, mechanism, {"sasl.username", "sasl.password"});
  if (x.value(mechanism) == "OAUTHBEARER")
    check_tokens(out, x);
}

} // namespace

std::vector<config_error> unfit_security(const client_settings& x) {
  errors out;
  const texts sasl{"sasl_plaintext", "sasl_ssl"};
  const texts tls{"ssl", "sasl_ssl"};
  need(out, x, x.given_with("sasl."), protocol, sasl);
  need(out, x, x.given_with("ssl."), protocol, tls);
  if (is_among(x.value(protocol), sasl))
    check_login(out, x);
  if (is_among(x.value(protocol), tls))
    check_tls(out, x);
  return out;
}

} // namespace cafka
