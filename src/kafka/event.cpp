#include "kafka/event.hpp"

#include "kafka/partition_list.hpp"

#include <array>

namespace cafka::kafka {

namespace {

std::uint64_t token_of(rd_kafka_event_t* event) {
  return reinterpret_cast<std::uintptr_t>(rd_kafka_event_opaque(event));
}

client_event to_rebalance(rd_kafka_t* client, rd_kafka_event_t* event) {
  auto partitions = partitions_of(rd_kafka_event_topic_partition_list(event));
  auto code = rd_kafka_event_error(event);
  if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS)
    return assigned{std::move(partitions)};
  // Any other code stands for a rebalance that failed; librdkafka's manual
  // wants an unassign then.
  auto lost = code != RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS
              || rd_kafka_assignment_lost(client) != 0;
  return revoked{std::move(partitions), lost};
}

// An answer in which any partition failed has an error as a whole. Without one,
// a partition's error is that of an attempt which librdkafka has repeated: 2.4
// to 2.11 keep it.
client_event to_commit_answer(rd_kafka_event_t* event) {
  commit_answered result;
  result.token = token_of(event);
  auto code = rd_kafka_event_error(event);
  result.failure = error_of_code(code);
  auto* list = rd_kafka_event_topic_partition_list(event);
  for (int i = 0; list != nullptr && i < list->cnt; ++i) {
    auto& x = list->elems[i];
    auto failure = error_of_code(code != 0 && x.err != 0 ? x.err : code);
    result.entries.push_back({{{x.topic, x.partition}, x.offset}, failure});
  }
  return result;
}

client_event to_client_error(rd_kafka_t* client, rd_kafka_event_t* event) {
  if (rd_kafka_event_error_is_fatal(event) != 0)
    return client_error{fatal_error(client)};
  auto code = rd_kafka_event_error(event);
  return client_error{error_of_code(code, rd_kafka_event_error_string(event)),
                      code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN};
}

} // namespace

std::optional<client_event> to_event(rd_kafka_t* client,
                                     rd_kafka_event_t* event) {
  switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_REBALANCE:
      return to_rebalance(client, event);
    case RD_KAFKA_EVENT_OFFSET_COMMIT:
      return to_commit_answer(event);
    case RD_KAFKA_EVENT_ERROR:
      return to_client_error(client, event);
    default:
      return std::nullopt;
  }
}

error fatal_error(rd_kafka_t* client) {
  std::array<char, 512> words{};
  auto code = rd_kafka_fatal_error(client, words.data(), words.size());
  auto result = error_of_code(code, words.data());
  if (!result)
    return result;
  result.fatal = true;
  result.retriable = false;
  if (result.code == errc::other_client_error)
    result.code = errc::client_fatal;
  return result;
}

} // namespace cafka::kafka
