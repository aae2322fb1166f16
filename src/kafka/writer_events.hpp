#pragma once

#include "kafka/client_events.hpp"
#include "kafka/error.hpp"

#include <cafka/types.hpp>

#include <cstdint>
#include <string>
#include <variant>

namespace cafka::kafka {

// -- what `record_writer::poll` gives -----------------------------------------

/// The delivery report of a record: it was written there, or why not, and then
/// the offset is negative. The partition is known once it was chosen.
struct record_written {
  std::uint64_t token = 0;
  topic_partition where;
  offset_t offset = -1;
  error failure;
};

/// Answer to `find_topic`; 0 partitions: there is no such topic.
struct topic_found {
  std::uint64_t token = 0;
  partition_t partitions = 0;
  error failure;
};

/// Answer to `create_topic`. One that exists by then is a success.
struct topic_created {
  std::uint64_t token = 0;
  error failure;
};

using writer_event = std::variant<record_written, topic_found, topic_created,
                                  client_error, log_line>;

} // namespace cafka::kafka
