#include "kafka/offset_lookup.hpp"

#include "kafka/certificate_notes.hpp"
#include "kafka/configuration.hpp"
#include "kafka/handles.hpp"
#include "kafka/partition_list.hpp"
#include "kafka/questions.hpp"

#include <algorithm>

namespace cafka::kafka {

namespace {

using topic_ptr
  = std::unique_ptr<rd_kafka_topic_t, destroyer<rd_kafka_topic_destroy>>;

using offsets = offset_lookup::offsets;

/// The first question also waits for a connection. It is given up and asked
/// again, so that a refused login is told before the limit has passed; each time
/// later, for brokers that are slow to answer.
constexpr auto first_patience = std::chrono::milliseconds{500};

error with_subject(error x, const std::string& of_what) {
  x.text = of_what + ": " + x.text;
  return x;
}

error failure_of(rd_kafka_resp_err_t code, const std::string& of_what) {
  return with_subject(make_error(code), of_what);
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
  impl(rd_kafka_t* x, std::unique_ptr<certificate_notes> y, const properties& z,
       std::chrono::milliseconds limit)
    : certificates(std::move(y)),
      props(z),
      client(x),
      limit_ms(static_cast<int>(limit.count())) {
  }
  ~impl() {
    rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  }
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  error failure_of_call(error x, const std::string& of_what);
  result<const rd_kafka_metadata_t*> metadata_of(rd_kafka_topic_t* topic,
                                                 const std::string& of_what);

  std::unique_ptr<certificate_notes> certificates; // outlive the client
  properties props;
  rd_kafka_t* client;
  int limit_ms;
};

/// A call only tells that it got no answer in time. Why no broker could be
/// asked stands among the client's events; what a new attempt cannot mend, a
/// password say, is the cause.
error offset_lookup::impl::failure_of_call(error x,
                                           const std::string& of_what) {
  queue_ptr events{rd_kafka_queue_get_main(client)};
  while (event_ptr event{rd_kafka_queue_poll(events.get(), 0)}) {
    if (rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_ERROR)
      continue;
    auto cause = make_error(rd_kafka_event_error(event.get()),
                            rd_kafka_event_error_string(event.get()));
    if (is_permanent(cause.code)) {
      certificates->explain(cause);
      cause.text = without_secrets(cause.text, props);
      return with_subject(std::move(cause), of_what);
    }
  }
  return with_subject(std::move(x), of_what);
}

result<const rd_kafka_metadata_t*>
offset_lookup::impl::metadata_of(rd_kafka_topic_t* topic,
                                 const std::string& of_what) {
  using clock = std::chrono::steady_clock;
  auto deadline = clock::now() + std::chrono::milliseconds{limit_ms};
  for (auto patience = first_patience;; patience *= 2) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline - clock::now());
    const rd_kafka_metadata_t* found = nullptr;
    auto code = rd_kafka_metadata(
      client, /* all_topics */ 0, topic, &found,
      static_cast<int>(std::clamp(left, {}, patience).count()));
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
      return found;
    auto failure = failure_of_call(make_error(code), of_what);
    if (is_permanent(failure.code) || left <= patience)
      return failure;
  }
}

offset_lookup::offset_lookup(std::unique_ptr<impl> x) : impl_(std::move(x)) {
}

offset_lookup::~offset_lookup() = default;

result<std::unique_ptr<offset_lookup>>
offset_lookup::open(const properties& props, std::chrono::milliseconds limit) {
  auto conf = consumer_configuration(props);
  if (!conf)
    return conf.failure();
  auto certificates = std::make_unique<certificate_notes>();
  certificates->watch(conf->get());
  auto client = make_client(RD_KAFKA_CONSUMER, std::move(*conf), props);
  if (!client)
    return client.failure();
  return std::unique_ptr<offset_lookup>{new offset_lookup{
    std::make_unique<impl>(*client, std::move(certificates), props, limit)}};
}

result<std::vector<topic_partition>>
offset_lookup::partitions_of(const std::string& topic) {
  topic_ptr native{rd_kafka_topic_new(impl_->client, topic.c_str(), nullptr)};
  if (!native)
    return failure_of(rd_kafka_last_error(), "topic " + topic);
  auto answer = impl_->metadata_of(native.get(), "topic " + topic);
  if (!answer)
    return answer.failure();
  auto* found = *answer;
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
    return impl_->failure_of_call(make_error(code), "committed offsets");
  return read(*list);
}

result<offsets> offset_lookup::ends(const std::vector<topic_partition>& xs) {
  auto deadline = std::chrono::steady_clock::now()
                  + std::chrono::milliseconds{impl_->limit_ms};
  auto found = ask_ends(impl_->client, xs, deadline);
  if (found.failure)
    return impl_->failure_of_call(found.failure, "ends of partitions");
  return std::move(found.ends);
}

} // namespace cafka::kafka
