#include "kafka/offset_lookup.hpp"

#include "kafka/configuration.hpp"
#include "kafka/handles.hpp"
#include "kafka/partition_list.hpp"

#include <algorithm>

namespace cafka::kafka {

namespace {

using topic_ptr
  = std::unique_ptr<rd_kafka_topic_t, destroyer<rd_kafka_topic_destroy>>;

using offsets = offset_lookup::offsets;

error failure_of(rd_kafka_resp_err_t code, const std::string& of_what) {
  auto result = make_error(code);
  result.text = of_what + ": " + result.text;
  return result;
}

/// What an answer says of each partition; negative offsets stand for none.
result<offsets> read(const rd_kafka_topic_partition_list_t& list) {
  offsets result;
  for (int i = 0; i < list.cnt; ++i) {
    auto& x = list.elems[i];
    topic_partition tp{x.topic, x.partition};
    if (x.err != RD_KAFKA_RESP_ERR_NO_ERROR)
      return failure_of(x.err, "partition " + to_string(tp));
    if (x.offset >= 0)
      result.emplace(std::move(tp), x.offset);
  }
  return result;
}

} // namespace

struct offset_lookup::impl {
  impl(rd_kafka_t* x, std::chrono::milliseconds limit)
    : client(x), limit_ms(static_cast<int>(limit.count())) {
  }
  ~impl() {
    rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  }
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  error failure_of_call(rd_kafka_resp_err_t code, const std::string& of_what);

  rd_kafka_t* client;
  int limit_ms;
};

/// A call only tells that it got no answer in time. Why no broker could be
/// asked stands among the client's events; what a new attempt cannot mend, a
/// password say, is the cause.
error offset_lookup::impl::failure_of_call(rd_kafka_resp_err_t code,
                                           const std::string& of_what) {
  queue_ptr events{rd_kafka_queue_get_main(client)};
  while (event_ptr x{rd_kafka_queue_poll(events.get(), 0)}) {
    if (rd_kafka_event_type(x.get()) != RD_KAFKA_EVENT_ERROR)
      continue;
    auto cause = make_error(rd_kafka_event_error(x.get()),
                            rd_kafka_event_error_string(x.get()));
    if (is_permanent(cause.code)) {
      cause.text = of_what + ": " + cause.text;
      return cause;
    }
  }
  return failure_of(code, of_what);
}

offset_lookup::offset_lookup(std::unique_ptr<impl> x) : impl_(std::move(x)) {
}

offset_lookup::~offset_lookup() = default;

result<std::unique_ptr<offset_lookup>>
offset_lookup::open(const properties& props, std::chrono::milliseconds limit) {
  auto conf = consumer_configuration(props);
  if (!conf)
    return conf.failure();
  auto client = make_client(RD_KAFKA_CONSUMER, std::move(*conf), props);
  if (!client)
    return client.failure();
  return std::unique_ptr<offset_lookup>{
    new offset_lookup{std::make_unique<impl>(*client, limit)}};
}

result<std::vector<topic_partition>>
offset_lookup::partitions_of(const std::string& topic) {
  topic_ptr native{rd_kafka_topic_new(impl_->client, topic.c_str(), nullptr)};
  if (!native)
    return failure_of(rd_kafka_last_error(), "topic " + topic);
  const rd_kafka_metadata_t* found = nullptr;
  auto code = rd_kafka_metadata(impl_->client, /* all_topics */ 0, native.get(),
                                &found, impl_->limit_ms);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return impl_->failure_of_call(code, "topic " + topic);
  std::unique_ptr<const rd_kafka_metadata_t,
                  destroyer<rd_kafka_metadata_destroy>>
    owner{found};
  if (found->topic_cnt != 1)
    return failure_of(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
                      "topic " + topic);
  auto& only = found->topics[0];
  if (only.err != RD_KAFKA_RESP_ERR_NO_ERROR)
    return failure_of(only.err, "topic " + topic);
  std::vector<topic_partition> result;
  for (int i = 0; i < only.partition_cnt; ++i)
    result.push_back({topic, only.partitions[i].id});
  std::sort(result.begin(), result.end());
  return result;
}

result<offsets>
offset_lookup::committed(const std::vector<topic_partition>& xs) {
  auto list = make_list(xs);
  auto code = rd_kafka_committed(impl_->client, list.get(), impl_->limit_ms);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return impl_->failure_of_call(code, "committed offsets");
  return read(*list);
}

result<offsets> offset_lookup::ends(const std::vector<topic_partition>& xs) {
  std::vector<partition_offset> asked;
  // Kafka's ListOffsets takes the logical offsets where a time would stand.
  for (auto& x : xs)
    asked.push_back({x, offset_latest});
  auto list = make_list(asked);
  auto code = rd_kafka_offsets_for_times(impl_->client, list.get(),
                                         impl_->limit_ms);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return impl_->failure_of_call(code, "ends of partitions");
  return read(*list);
}

} // namespace cafka::kafka
