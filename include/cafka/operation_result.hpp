#pragma once

#include <cstdint>
#include <string>

namespace cafka {

/// The result of an intent. Only `done` changed what it was to change.
enum class operation_result : std::uint8_t {
  done,        ///< as asked for
  unchanged,   ///< it was so already, or nothing of this kind was there
  invalid,     ///< the message names no such topic, partition, step or position
  unavailable, ///< the group restarts, stops or has given up
  not_held,    ///< this member does not hold the partition
  given_back,  ///< the partition is, or was meanwhile, given back to the group
  busy,        ///< another intent of this kind runs for the partition
  // -- of `restart_worker` and `dispose_record`
  on_its_way, ///< the record's dead letter is under way already
  // -- of `dispose_record`
  handled,       ///< the call that ran handled the record
  not_failing,   ///< `offset` is not the record that fails
  blame_unknown, ///< records come one by one, until it is known which one fails
  not_delivered, ///< it comes again from the broker first: ask again
  no_dead_letter_topic, ///< `on-failure.dead-letter.topic` is not set
  dead_letter_failed,   ///< it could not be written: the record is tried again
  // -- of `move_partition`
  out_of_range,     ///< the broker does not have the offset
  position_unknown, ///< the broker did not say where the position is
  /// The broker did not confirm the commit: the partition goes on from its
  /// watermark (the commit position), in a new generation.
  not_confirmed,
};

/// The name, as it stands in the enumeration.
std::string to_string(operation_result x);

} // namespace cafka
