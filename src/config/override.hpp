#pragma once

#include <string_view>

namespace cafka {

/// True: the argument for `override_config` holds a secret of librdkafka's,
/// which stands in the list of processes then.
bool shows_secret(std::string_view argument);

} // namespace cafka
