#pragma once

#include <string>
#include <string_view>

namespace cafka::kafka {

// Reads in librdkafka's words why a connection did not come about. Its
// codes say too little: `_SSL` and `_AUTHENTICATION` stand for a certificate or
// a password that was refused, and as well for a broker that went away while it
// was asked.

/// True: the other side, or its certificate, is not what the settings say, and
/// no later attempt will find it otherwise.
bool refuses_tls(std::string_view words);

/// True: the broker refused the login. False: it could not be asked, or a
/// request says no more than that it waited for such a login.
bool refuses_login(std::string_view words);

/// A hint on how to mend it, where that is not in the words; mostly nothing.
/// `version` is librdkafka's, as `rd_kafka_version` has it.
std::string security_hint(std::string_view words, int version);

} // namespace cafka::kafka
