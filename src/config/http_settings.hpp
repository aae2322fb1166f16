#pragma once

#include <cafka/http_options.hpp>

#include <caf/config_value.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cafka {

/// One key of `http { … }`.
struct http_key {
  std::string_view name;
  std::string_view allowed; ///< what may stand behind it, for errors
  bool (*read)(http_options&, const caf::config_value&);
  std::string (*show)(const http_options&);
};

/// All of them, in the order of the documentation.
const std::vector<http_key>& http_keys();

/// Reads what stands behind `cafka.http`, and adds all that is wrong with it.
http_options read_http(const caf::config_value& from,
                       std::vector<config_error>& errors);

/// An address of this machine to listen at.
struct listen_address {
  std::string host; ///< without brackets
  int port = 0;     ///< 0: any that is free
  /// Only this machine reaches it.
  bool is_loopback() const;
};

/// Nothing: it is none.
std::optional<listen_address> parse_listen(std::string_view x);

/// The token in the file; nothing, and `wrong` says why: it cannot be read, or
/// is none.
std::optional<std::string> read_token(const std::string& path,
                                      std::string& wrong);

} // namespace cafka
