#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Who may ask for what.
namespace cafka::http {

/// What is looked at of a request. Fields of its head are empty where they are
/// missing.
struct request {
  std::string method;
  std::string path;               ///< without what stands behind `?`
  std::vector<std::string> hosts; ///< as often as it stands there
  std::string authorization;
  std::string content_type;
  std::string content_encoding;
  std::string transfer_encoding;
  std::string fetch_site; ///< Sec-Fetch-Site
  std::string if_none_match;
  std::map<std::string, std::string> parameters; ///< behind `?`
  std::string body;
};

/// An answer.
struct response {
  int status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> fields; ///< of its head
};

struct access_rules {
  std::string token; ///< empty: none is asked for
  bool operations = false;
  std::vector<std::string> allow_hosts;
};

/// What a request may not do is refused, before its body is read: `status` says
/// so, and is 200 where it may go on.
response check_access(const request& x, const access_rules& rules);

/// An IP address, `localhost` or one of `allowed`, each with a port or without:
/// a browser that was told a name of an attacker's says that name.
bool is_allowed_host(std::string_view host,
                     const std::vector<std::string>& allowed);

/// In a time that does not tell how much of it is right.
bool is_same_secret(std::string_view given, std::string_view secret) noexcept;

} // namespace cafka::http
