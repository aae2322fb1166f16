#include "kafka/partition_list.hpp"

namespace cafka::kafka {

// Both sides use the numbers of Kafka's ListOffsets request.
static_assert(offset_earliest == RD_KAFKA_OFFSET_BEGINNING);
static_assert(offset_latest == RD_KAFKA_OFFSET_END);

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
  for (auto& x : xs)
    rd_kafka_topic_partition_list_add(result.get(), x.tp.topic.c_str(),
                                      x.tp.partition)
      ->offset
      = x.offset;
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
