#include "kafka/topic_creation.hpp"

#include <array>

namespace cafka::kafka {

namespace {

using options_ptr = std::unique_ptr<rd_kafka_AdminOptions_t,
                                    destroyer<rd_kafka_AdminOptions_destroy>>;
using new_topic_ptr
  = std::unique_ptr<rd_kafka_NewTopic_t, destroyer<rd_kafka_NewTopic_destroy>>;

constexpr std::size_t words_max = 512; // librdkafka's own size for such texts

error with_name(error x, const std::string& topic) {
  if (x)
    x.text = "topic " + topic + ": " + x.text;
  return x;
}

} // namespace

error begin_creation(rd_kafka_t* client, rd_kafka_queue_t* events,
                     std::uint64_t token, const new_topic& x,
                     std::chrono::milliseconds timeout) {
  std::array<char, words_max> words{};
  new_topic_ptr topic{rd_kafka_NewTopic_new(
    x.name.c_str(), x.partitions, x.replication, words.data(), words.size())};
  if (!topic)
    return with_name(
      error_of_code(RD_KAFKA_RESP_ERR__INVALID_ARG, words.data()), x.name);
  options_ptr options{
    rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_CREATETOPICS)};
  auto limit_ms = static_cast<int>(timeout.count());
  for (auto set : {rd_kafka_AdminOptions_set_request_timeout,
                   rd_kafka_AdminOptions_set_operation_timeout})
    if (auto code = set(options.get(), limit_ms, words.data(), words.size());
        code != RD_KAFKA_RESP_ERR_NO_ERROR)
      return error_of_code(code, words.data());
  rd_kafka_AdminOptions_set_opaque(
    options.get(), reinterpret_cast<void*>(static_cast<std::uintptr_t>(token)));
  auto* raw = topic.get();
  rd_kafka_CreateTopics(client, &raw, 1, options.get(), events);
  return {};
}

topic_created to_topic_created(rd_kafka_event_t* event) {
  topic_created result;
  result.token = reinterpret_cast<std::uintptr_t>(rd_kafka_event_opaque(event));
  result.failure = error_of_code(rd_kafka_event_error(event),
                                 rd_kafka_event_error_string(event));
  if (result.failure)
    return result;
  std::size_t count = 0;
  auto* topics = rd_kafka_CreateTopics_result_topics(
    rd_kafka_event_CreateTopics_result(event), &count);
  for (std::size_t i = 0; i < count && !result.failure; ++i) {
    auto code = rd_kafka_topic_result_error(topics[i]);
    auto* words = rd_kafka_topic_result_error_string(topics[i]);
    if (code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
      result.failure
        = with_name(error_of_code(code, words != nullptr ? words : ""),
                    rd_kafka_topic_result_name(topics[i]));
  }
  return result;
}

} // namespace cafka::kafka
