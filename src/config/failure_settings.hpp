#pragma once

#include <cafka/config.hpp>

#include <string>
#include <vector>

namespace cafka {

/// All that is wrong with `on-failure`, `producer` and `outputs-max-bytes`,
/// each by itself and together. Talks to nobody.
std::vector<config_error> check_failures(const group_config& x);

/// Why the dead letters of a topic cannot have theirs, whatever `then` says;
/// empty: they can.
std::string wrong_with_letter_topic(const group_config& x,
                                    const std::string& of);

/// The refusal of librdkafka for the producer when it has all its properties,
/// where one may be needed.
std::vector<config_error> check_producer(const group_config& x);

} // namespace cafka
