#include "kafka/partition_list.hpp"

#include "kafka/leader_epoch.hpp"

#include <cstring>

namespace cafka::kafka {

// Both sides use the numbers of Kafka's ListOffsets request.
static_assert(offset_earliest == RD_KAFKA_OFFSET_BEGINNING);
static_assert(offset_latest == RD_KAFKA_OFFSET_END);

namespace {

/// The list frees the metadata.
void add_note(rd_kafka_topic_partition_t& to, const core::commit_note& x) {
  set_leader_epoch(to, x.leader_epoch);
  if (x.metadata.empty())
    return;
  auto size = x.metadata.size();
  to.metadata = rd_kafka_mem_malloc(nullptr, size);
  to.metadata_size = size;
  std::memcpy(to.metadata, x.metadata.data(), size);
}

} // namespace

list_ptr make_list(const std::vector<topic_partition>& xs) {
  list_ptr result{
    rd_kafka_topic_partition_list_new(static_cast<int>(xs.size()))};
  for (auto& x : xs)
    rd_kafka_topic_partition_list_add(result.get(), x.topic.c_str(),
                                      x.partition);
  return result;
}

list_ptr make_list(const std::vector<partition_offset>& xs) {
  list_ptr result{
    rd_kafka_topic_partition_list_new(static_cast<int>(xs.size()))};
  for (auto& x : xs) {
    auto& added = *rd_kafka_topic_partition_list_add(
      result.get(), x.tp.topic.c_str(), x.tp.partition);
    added.offset = x.offset;
    add_note(added, x.note);
  }
  return result;
}

core::commit_note note_of(const rd_kafka_topic_partition_t& x) {
  core::commit_note result;
  if (x.metadata != nullptr)
    result.metadata.assign(static_cast<const char*>(x.metadata),
                           x.metadata_size);
  result.leader_epoch = leader_epoch_of(x);
  return result;
}

std::vector<topic_partition>
partitions_of(const rd_kafka_topic_partition_list_t* xs) {
  std::vector<topic_partition> result;
  for (int i = 0; xs != nullptr && i < xs->cnt; ++i)
    result.push_back({xs->elems[i].topic, xs->elems[i].partition});
  return result;
}

error seek(rd_kafka_t* client, const partition_offset& to) {
  auto list = make_list(std::vector{to});
  if (auto* refused = rd_kafka_seek_partitions(client, list.get(), 0))
    return take_error(refused);
  auto code = list->elems[0].err;
  return code == RD_KAFKA_RESP_ERR__IN_PROGRESS ? error{} : error_of_code(code);
}

} // namespace cafka::kafka
