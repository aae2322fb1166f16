#include "kafka/questions.hpp"

#include "kafka/leader_epoch.hpp"
#include "kafka/partition_list.hpp"

#include <algorithm>

namespace cafka::kafka {

namespace {

using clock = std::chrono::steady_clock;

using topic_ptr
  = std::unique_ptr<rd_kafka_topic_t, destroyer<rd_kafka_topic_destroy>>;
using metadata_ptr = std::unique_ptr<const rd_kafka_metadata_t,
                                     destroyer<rd_kafka_metadata_destroy>>;

int milliseconds_until(time_point x) {
  using std::chrono::milliseconds;
  auto left = std::chrono::duration_cast<milliseconds>(x - clock::now());
  return static_cast<int>(std::max<milliseconds::rep>(left.count(), 0));
}

// Topics that the broker does not let us see are left out: it will not let us
// read them either, and the client says so.
void add_counts(const rd_kafka_metadata_t& from, partitions_counted& to) {
  for (int i = 0; i < from.topic_cnt; ++i) {
    auto& x = from.topics[i];
    if (x.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
      to.counts[x.topic] = 0;
    else if (x.partition_cnt > 0)
      to.counts[x.topic] = x.partition_cnt;
  }
}

// Of all topics that the client has handles of.
error count_known(rd_kafka_t* client, time_point deadline,
                  partitions_counted& to) {
  const rd_kafka_metadata_t* found = nullptr;
  auto code = rd_kafka_metadata(client, /* all_topics */ 0, nullptr, &found,
                                milliseconds_until(deadline));
  metadata_ptr owned{found};
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return error_of_code(code);
  add_counts(*found, to);
  return {};
}

} // namespace

committed_found ask_committed(rd_kafka_t* client, std::uint64_t token,
                              const std::vector<topic_partition>& partitions,
                              time_point deadline) {
  committed_found result{token, {}, {}};
  auto list = make_list(partitions);
  auto code = rd_kafka_committed(client, list.get(),
                                 milliseconds_until(deadline));
  result.failure = error_of_code(code);
  for (int i = 0; !result.failure && i < list->cnt; ++i) {
    auto& x = list->elems[i];
    result.failure = error_of_code(x.err);
    // Negative: the group never committed.
    auto offset = x.offset >= 0 ? std::optional<offset_t>{x.offset}
                                : std::nullopt;
    result.entries.push_back({{x.topic, x.partition}, offset, note_of(x)});
  }
  return result;
}

ends_found ask_ends(rd_kafka_t* client,
                    const std::vector<topic_partition>& partitions,
                    time_point deadline) {
  ends_found result;
  std::vector<partition_offset> asked;
  // Kafka's ListOffsets takes the logical offsets where a time would stand.
  for (auto& x : partitions)
    asked.push_back({x, offset_latest});
  auto list = make_list(asked);
  result.failure = error_of_code(rd_kafka_offsets_for_times(
    client, list.get(), milliseconds_until(deadline)));
  for (int i = 0; !result.failure && i < list->cnt; ++i)
    if (auto& x = list->elems[i]; x.err == 0 && x.offset >= 0) {
      topic_partition tp{x.topic, x.partition};
      result.ends[tp] = x.offset;
      result.leader_epochs[tp] = leader_epoch_of(x);
    }
  return result;
}

ends_found ask_ends_singly(rd_kafka_t* client,
                           const std::vector<topic_partition>& partitions,
                           time_point deadline) {
  auto result = ask_ends(client, partitions, deadline);
  if (!result.failure || partitions.size() == 1)
    return result;
  for (auto& x : partitions)
    if (clock::now() < deadline) {
      auto one = ask_ends(client, {x}, deadline);
      result.ends.merge(one.ends);
      result.leader_epochs.merge(one.leader_epochs);
    }
  return result;
}

range_found ask_range(rd_kafka_t* client, const topic_partition& tp,
                      time_point deadline) {
  range_found result;
  result.tp = tp;
  result.failure = error_of_code(rd_kafka_query_watermark_offsets(
    client, tp.topic.c_str(), tp.partition, &result.range.first,
    &result.range.last, milliseconds_until(deadline)));
  return result;
}

core::position_facts ask_position(rd_kafka_t* client, const topic_partition& tp,
                                  std::optional<std::int64_t> time_ms,
                                  time_point deadline) {
  core::position_facts result;
  auto ask = [&](std::int64_t where) -> std::optional<offset_t> {
    if (!result.failure.empty())
      return std::nullopt;
    auto list = make_list(std::vector<partition_offset>{{tp, where}});
    auto failure = error_of_code(rd_kafka_offsets_for_times(
      client, list.get(), milliseconds_until(deadline)));
    auto& x = list->elems[0];
    if (!failure)
      failure = error_of_code(x.err);
    result.failure = failure.text;
    // Negative: no record is as new.
    return failure || x.offset < 0 ? std::nullopt : std::optional{x.offset};
  };
  auto first = ask(offset_earliest);
  auto last = ask(offset_latest);
  if (first && last)
    result.held = offset_range{*first, *last};
  if (time_ms)
    result.at_time = ask(*time_ms);
  if (!result.failure.empty())
    result.held.reset();
  return result;
}

// All in one request. Where it has a handle of none of them librdkafka (2.0.2
// to 2.15) lets the broker create what is missing, whatever
// allow.auto.create.topics says; so it has one of each.
partitions_counted count_partitions(rd_kafka_t* client,
                                    const std::vector<std::string>& topics,
                                    time_point deadline) {
  partitions_counted result;
  std::vector<topic_ptr> handles;
  for (auto& x : topics) {
    handles.emplace_back(rd_kafka_topic_new(client, x.c_str(), nullptr));
    if (!handles.back())
      result.failure = error_of_code(rd_kafka_last_error());
  }
  if (!result.failure)
    result.failure = count_known(client, deadline, result);
  return result;
}

topic_found ask_topic(rd_kafka_t* client, const std::string& topic,
                      time_point deadline) {
  topic_found result;
  topic_ptr handle{rd_kafka_topic_new(client, topic.c_str(), nullptr)};
  if (!handle)
    return {0, 0, error_of_code(rd_kafka_last_error())};
  const rd_kafka_metadata_t* found = nullptr;
  result.failure
    = error_of_code(rd_kafka_metadata(client, /* all_topics */ 0, handle.get(),
                                      &found, milliseconds_until(deadline)));
  if (result.failure)
    return result;
  metadata_ptr owned{found};
  for (int i = 0; i < found->topic_cnt; ++i) {
    auto& x = found->topics[i];
    if (x.err == RD_KAFKA_RESP_ERR_NO_ERROR)
      result.partitions = x.partition_cnt;
    else if (x.err != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
      result.failure = error_of_code(x.err);
  }
  return result;
}

} // namespace cafka::kafka
