#include "kafka/topic_reader.hpp"

#include "kafka/configuration.hpp"
#include "kafka/handles.hpp"
#include "kafka/message_copy.hpp"
#include "kafka/partition_list.hpp"

#include <utility>
#include <vector>

namespace cafka::kafka {

struct topic_reader::impl {
  impl(rd_kafka_t* x, const ranges& y) : client(x) {
    for (auto& [tp, range] : y)
      if (range.first < range.last)
        left.emplace(tp, range.last);
  }
  ~impl() {
    rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  }
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  std::optional<owned_record> take(const rd_kafka_message_t& x);

  rd_kafka_t* client;
  std::map<topic_partition, offset_t> left; // where those end that are not read
};

namespace {

owned_record to_record(const rd_kafka_message_t& x, const topic_partition& tp) {
  auto has_headers = false;
  auto header_bytes = size_of_headers(x, has_headers);
  record_block::builder block;
  block.reserve(1, x.key_len + x.len + header_bytes);
  copy(x, has_headers, block);
  auto identity = std::make_shared<const partition_identity>(
    partition_identity{{}, tp.topic, tp.partition, {}});
  return {block.finish(), 1, std::move(identity)};
}

} // namespace

/// Nothing where the record stands behind what was asked for.
std::optional<owned_record>
topic_reader::impl::take(const rd_kafka_message_t& x) {
  topic_partition tp{rd_kafka_topic_name(x.rkt), x.partition};
  auto end = left.find(tp);
  if (end == left.end())
    return std::nullopt;
  auto is_in = x.offset < end->second;
  if (x.offset + 1 >= end->second)
    left.erase(end);
  return is_in ? std::optional{to_record(x, tp)} : std::nullopt;
}

topic_reader::topic_reader(std::unique_ptr<impl> x) : impl_(std::move(x)) {
}

topic_reader::~topic_reader() = default;

result<std::unique_ptr<topic_reader>>
topic_reader::open(const properties& props, const ranges& what) {
  auto conf = consumer_configuration(props);
  if (!conf)
    return conf.failure();
  auto client = make_client(RD_KAFKA_CONSUMER, std::move(*conf), props);
  if (!client)
    return client.failure();
  rd_kafka_poll_set_consumer(*client);
  auto self = std::make_unique<impl>(*client, what);
  std::vector<partition_offset> begins;
  for (auto& [tp, end] : self->left)
    begins.push_back({tp, what.at(tp).first});
  if (auto failure
      = error_of_code(rd_kafka_assign(*client, make_list(begins).get())))
    return failure;
  return std::unique_ptr<topic_reader>{new topic_reader{std::move(self)}};
}

bool topic_reader::finished() const noexcept {
  return impl_->left.empty();
}

result<std::optional<owned_record>>
topic_reader::next(std::chrono::milliseconds limit) {
  std::optional<owned_record> result;
  if (finished())
    return result;
  message_ptr x{
    rd_kafka_consumer_poll(impl_->client, static_cast<int>(limit.count()))};
  if (!x)
    return result;
  if (x->err == RD_KAFKA_RESP_ERR_NO_ERROR)
    return impl_->take(*x);
  // The last offsets of a range may have no records.
  if (x->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    impl_->left.erase({rd_kafka_topic_name(x->rkt), x->partition});
    return result;
  }
  auto failure = error_of_code(x->err, rd_kafka_message_errstr(x.get()));
  return failure.retriable ? kafka::result<std::optional<owned_record>>{result}
                           : failure;
}

error topic_reader::commit(const std::map<topic_partition, offset_t>& next,
                           std::chrono::milliseconds limit) {
  std::vector<partition_offset> offsets;
  for (auto& [tp, offset] : next)
    offsets.push_back({tp, offset});
  queue_ptr answers{rd_kafka_queue_new(impl_->client)};
  auto failure = error_of_code(rd_kafka_commit_queue(
    impl_->client, make_list(offsets).get(), answers.get(), nullptr, nullptr));
  if (failure)
    return failure;
  event_ptr answer{
    rd_kafka_queue_poll(answers.get(), static_cast<int>(limit.count()))};
  if (!answer)
    return error_of_code(RD_KAFKA_RESP_ERR__TIMED_OUT);
  return error_of_code(rd_kafka_event_error(answer.get()));
}

} // namespace cafka::kafka
