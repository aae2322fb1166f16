#pragma once

#include "http/access.hpp"
#include "http/operation.hpp"
#include "http/record_document.hpp"
#include "http/snapshot.hpp"

#include <functional>
#include <string>

/// What there is to ask for, without a socket.
namespace cafka::http {

/// Where the answers come from, and who may have them.
struct site {
  access_rules rules;
  std::function<snapshot()> look;      ///< waits for nobody
  std::function<snapshot()> look_anew; ///< may wait for groups, with a limit
  /// Waits for the group's answer, with a limit.
  std::function<response(const operation&)> carry_out;
  /// The same.
  std::function<response(const record_question&)> show_record;
  std::string page;        ///< HTML
  std::string page_policy; ///< its Content-Security-Policy
};

/// The answer to a request that `check_access` let pass. `/api/events` is not
/// among them: it is a stream.
response answer(const site& from, const request& x);

/// What every answer has besides.
std::vector<std::pair<std::string, std::string>> common_fields();

} // namespace cafka::http
