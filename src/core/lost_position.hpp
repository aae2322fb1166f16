#pragma once

#include <cafka/types.hpp>

#include <cstdint>
#include <optional>

namespace cafka::core {

/// What to do where a broker says that a position is out of its range.
enum class lost_position : std::uint8_t {
  ask_again, ///< the broker may be the wrong one: in a second
  go_on,     ///< the position is in range: fetch there again
  reset,     ///< it is out of range
};

/// How often a position beyond the end is asked for again, once a second. A
/// broker that stood still takes itself for the leader until it hears of the
/// next one, and its end is an old one; Kafka's brokers declare one dead after
/// 9 s (broker.session.timeout.ms). An end that is still too low then is what
/// an unclean election left.
inline constexpr int beyond_end_max = 30;

/// `position`: where the next record is expected, -1 where there was none yet.
/// `held`: what the leader says it holds, if it answered. `asked`: how often it
/// was. (librdkafka before 2.1 does not know the leader's epoch, KIP-320.)
constexpr lost_position judge_lost(offset_t position,
                                   std::optional<offset_range> held,
                                   int asked) noexcept {
  if (!held)
    return lost_position::ask_again;
  if (position < held->first)
    return lost_position::reset;
  if (position <= held->last)
    return lost_position::go_on;
  return asked < beyond_end_max ? lost_position::ask_again
                                : lost_position::reset;
}

} // namespace cafka::core
