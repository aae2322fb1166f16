#pragma once

#include <cstdint>
#include <string>

namespace cafka {

/// The result of one ack. Only `accepted` changes anything at once.
enum class ack_result : std::uint8_t {
  accepted,         ///< at least one record is acked that was not
  already_acked,    ///< individual: all of it was acked before; changes nothing
  not_held,         ///< this member does not hold the partition
  stale_generation, ///< meant for another generation of the partition
  negative_offset,  ///< an offset below 0, or no offset at all
  below_watermark,  ///< cumulative or individual: acked and passed already, as
                    ///< it lies below the commit position
  beyond_delivered, ///< at or above what was handed to a handler
  not_delivered,    ///< individual: a hole, no record was delivered there
  withheld,         ///< all of it failed and was not delivered again since,
                    ///< which changes nothing; or waits for a dead letter, or
                    ///< for outputs: then it counts behind those
};

/// The name, as it stands in the enumeration.
std::string to_string(ack_result x);

/// True but for the three results that are no error of the sender.
constexpr bool is_refused(ack_result x) noexcept {
  return x != ack_result::accepted && x != ack_result::already_acked
         && x != ack_result::withheld;
}

} // namespace cafka
