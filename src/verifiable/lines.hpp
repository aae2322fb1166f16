#pragma once

#include <cafka/record.hpp>
#include <cafka/types.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

/// The lines of `cafka verifiable-consumer`: JSON objects with the names that
/// Apache Kafka's VerifiableConsumer gives them. Each begins with the time, in
/// ms since the epoch, and the event's name, and ends with a newline.
namespace cafka::app::verifiable {

using partitions = std::vector<topic_partition>;

/// The gapless runs in rising offsets. Compaction and transaction markers leave
/// holes.
std::vector<offset_range> runs_of(std::span<const offset_t> offsets);

std::string startup_complete();
std::string shutdown_complete();
std::string partitions_assigned(const partitions& xs);
std::string partitions_revoked(const partitions& xs);

/// One summary per run, so that its count is maxOffset - minOffset + 1.
std::string records_consumed(const topic_partition& tp,
                             std::span<const offset_range> runs);

/// Key and value as text: bytes that are no UTF-8 become U+FFFD, as Java's
/// StringDeserializer has it.
std::string record_data(const record& x);

/// `error` empty: success.
std::string offsets_committed(const topic_partition& tp, offset_t offset,
                              const std::string& error);

} // namespace cafka::app::verifiable
