#pragma once

/// Between the group's producer and who owns it: see messages.hpp.

#include "core/dead_letter.hpp"
#include "kafka/error.hpp"

#include <cafka/output.hpp>
#include <cafka/record.hpp>
#include <cafka/types.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace cafka::actors {

// -- owner -> producer --------------------------------------------------------

/// A record is given up: its dead letter is to be written. Answered with one
/// `write_report` of the same token, partition and generation. `why.group` and
/// `why.client` are filled in by the producer.
struct write_dead_letter {
  std::uint64_t token = 0;
  std::optional<owned_record> record; // always there; messages start without
  core::letter_cause why;
};

/// The outputs of a handler call. Answered with one `write_report` of the
/// same token, partition and generation, when all of it was reported.
struct write_outputs {
  std::uint64_t token = 0;
  topic_partition source;
  cafka::generation generation;
  std::vector<output> outputs;
};

/// Whether there are topics for the dead letters of these topics; they are made
/// where that is wanted. Answered with one `letter_topics_checked`, not before
/// a broker answered.
struct check_letter_topics {
  std::uint64_t token = 0;
  std::vector<std::string> sources;
};

/// Nothing comes any more. What is open is waited for as long as `limit` says,
/// then told as not written; then the producer ends.
struct close_producer {
  std::chrono::milliseconds limit{0};
};

// -- producer -> owner --------------------------------------------------------

/// All is written, or what was not. Of another generation it is void.
struct write_report {
  std::uint64_t token = 0;
  std::uint64_t id = 0; ///< its owner's, by the link
  topic_partition source;
  cafka::generation generation;
  offset_t offset = -1; ///< of the record that was given up
  std::string where;    ///< of its dead letter: topic-partition@offset
  kafka::error failure;
};

/// `missing`: a topic of dead letters does not exist, and is not made.
struct letter_topics_checked {
  std::uint64_t token = 0;
  bool missing = false;
  kafka::error failure;
};

/// Where its reports go. Called on the producer's thread; must only post.
struct producer_listener {
  std::function<void(write_report)> report;
  std::function<void(letter_topics_checked)> checked;
  std::function<void()> alive = {}; ///< to a `ping`
};

// -- a producer to itself -----------------------------------------------------

/// From the client's threads: it has something.
struct producer_ready {};

/// Once a second while something is open. `last`: the limit of the close is
/// over.
struct producer_tick {
  bool last = false;
};

} // namespace cafka::actors
