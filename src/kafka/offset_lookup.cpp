#include "kafka/offset_lookup.hpp"

#include "kafka/configuration.hpp"
#include "kafka/handles.hpp"
#include "kafka/partition_list.hpp"
#include "kafka/tls_errors.hpp"

#include <algorithm>

namespace cafka::kafka {

namespace {

tls_errors& tls_of(void* opaque) {
  return *static_cast<tls_errors*>(opaque);
}

using topic_ptr
  = std::unique_ptr<rd_kafka_topic_t, destroyer<rd_kafka_topic_destroy>>;

using metadata_ptr = std::unique_ptr<const rd_kafka_metadata_t,
                                     destroyer<rd_kafka_metadata_destroy>>;

using group_list_ptr = std::unique_ptr<const rd_kafka_group_list,
                                       destroyer<rd_kafka_group_list_destroy>>;

using std::chrono::milliseconds;
using offsets_found = offset_lookup::found<offset_t>;
using partitions = std::vector<topic_partition>;

constexpr std::int32_t no_leader = -1;

/// The first question also waits for a connection. It is given up and asked
/// again, so that a refusal is told before the limit has passed; each time
/// later, for brokers that are slow to answer.
constexpr auto first_patience = milliseconds{500};

error with_subject(error x, const std::string& of_what) {
  x.text = of_what + ": " + x.text;
  return x;
}

error failure_of(rd_kafka_resp_err_t code, const std::string& of_what) {
  return with_subject(error_of_code(code), of_what);
}

/// What an answer says of each partition; negative offsets stand for none.
offsets_found read(const rd_kafka_topic_partition_list_t& list) {
  offsets_found result;
  for (int i = 0; i < list.cnt; ++i) {
    auto& x = list.elems[i];
    topic_partition tp{x.topic, x.partition};
    if (auto failure = error_of_code(x.err))
      result.failures.emplace(std::move(tp), std::move(failure));
    else if (x.offset >= 0)
      result.values.emplace(std::move(tp), x.offset);
  }
  return result;
}

offsets_found all_failed(const partitions& xs, const error& why) {
  offsets_found result;
  for (auto& x : xs)
    result.failures.emplace(x, why);
  return result;
}

void add(offsets_found& to, offsets_found from) {
  to.values.merge(from.values);
  to.failures.merge(from.failures);
}

/// Whether one partition can be the cause: alone, the others would be answered.
bool spoils_others(const error& x) {
  return x.code != errc::timed_out && x.code != errc::broker_unavailable;
}

std::map<std::int32_t, partitions>
by_leader_of(const offset_lookup::led_partitions& xs) {
  std::map<std::int32_t, partitions> result;
  for (auto& [tp, leader] : xs)
    result[std::max(leader, no_leader)].push_back(tp);
  return result;
}

} // namespace

struct offset_lookup::impl {
  impl(rd_kafka_t* x, std::unique_ptr<tls_errors> y, const properties& z,
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

  error cause_among(queue_ptr events) const;
  error cause_of(error x) const;
  template <class Ask, class Explain>
  error ask(Ask f, Explain explain) const;

  error add_topic(const std::string& topic, topics_found& to) const;
  offsets_found offsets_at(offset_t where, const partitions& of_one) const;
  offsets_found
  offsets_of_all(offset_t where,
                 const std::map<std::int32_t, partitions>& by_leader) const;

  std::unique_ptr<tls_errors> certificates; // outlive the client
  properties props;
  rd_kafka_t* client;
  int limit_ms;
};

/// The first of the events that tells what a new attempt cannot mend, a
/// password say; success: there is none.
error offset_lookup::impl::cause_among(queue_ptr events) const {
  while (event_ptr event{rd_kafka_queue_poll(events.get(), 0)}) {
    if (rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_ERROR)
      continue;
    auto cause = error_of_code(rd_kafka_event_error(event.get()),
                               rd_kafka_event_error_string(event.get()));
    if (!is_permanent(cause.code))
      continue;
    certificates->explain(cause);
    cause.text = without_secrets(cause.text, props);
    return cause;
  }
  return {};
}

/// A call only tells that it got no answer in time. Why no broker could be
/// asked stands among the client's events.
error offset_lookup::impl::cause_of(error x) const {
  auto cause = cause_among(queue_ptr{rd_kafka_queue_get_main(client)});
  return cause ? cause : x;
}

/// Asks until there is an answer, a failure that stays, or the limit has
/// passed. `f` takes how many milliseconds it may wait.
template <class Ask, class Explain>
error offset_lookup::impl::ask(Ask f, Explain explain) const {
  using clock = std::chrono::steady_clock;
  auto deadline = clock::now() + milliseconds{limit_ms};
  for (auto patience = first_patience;; patience *= 2) {
    auto left
      = std::chrono::duration_cast<milliseconds>(deadline - clock::now());
    auto failure = error_of_code(
      f(static_cast<int>(std::clamp(left, {}, patience).count())));
    if (!failure)
      return failure;
    failure = explain(std::move(failure));
    if (left <= patience || !failure.retriable)
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
  auto certificates = std::make_unique<tls_errors>();
  rd_kafka_conf_set_opaque(conf->get(), certificates.get());
  tls_errors::watch<tls_of>(conf->get());
  auto client = make_client(RD_KAFKA_CONSUMER, std::move(*conf), props);
  if (!client)
    return client.failure();
  return std::unique_ptr<offset_lookup>{new offset_lookup{
    std::make_unique<impl>(*client, std::move(certificates), props, limit)}};
}

/// Returns why no broker answered.
error offset_lookup::impl::add_topic(const std::string& topic,
                                     topics_found& to) const {
  auto subject = "topic " + topic;
  topic_ptr native{rd_kafka_topic_new(client, topic.c_str(), nullptr)};
  if (!native) {
    to.failures.push_back(failure_of(rd_kafka_last_error(), subject));
    return {};
  }
  const rd_kafka_metadata_t* found = nullptr;
  auto failure = ask(
    [&](int limit) {
      return rd_kafka_metadata(client, /* all_topics */ 0, native.get(), &found,
                               limit);
    },
    [this](error x) { return cause_of(std::move(x)); });
  if (failure)
    return with_subject(std::move(failure), subject);
  metadata_ptr owner{found};
  auto code = found->topic_cnt == 1 ? found->topics[0].err
                                    : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    to.failures.push_back(failure_of(code, subject));
    return {};
  }
  auto& only = found->topics[0];
  for (int i = 0; i < only.partition_cnt; ++i)
    to.partitions.emplace(topic_partition{topic, only.partitions[i].id},
                          only.partitions[i].leader);
  return {};
}

/// Partitions that one broker leads. librdkafka drops all answers where one
/// partition's is an error, of a topic that was just deleted for example; so
/// they are asked one by one then.
offsets_found offset_lookup::impl::offsets_at(offset_t where,
                                              const partitions& of_one) const {
  std::vector<partition_offset> asked;
  // Kafka's ListOffsets takes the logical offsets where a time would stand.
  for (auto& x : of_one)
    asked.push_back({x, where});
  auto list = make_list(asked);
  auto failure
    = error_of_code(rd_kafka_offsets_for_times(client, list.get(), limit_ms));
  if (!failure)
    return read(*list);
  failure = cause_of(std::move(failure));
  if (of_one.size() == 1 || !spoils_others(failure))
    return all_failed(of_one, failure);
  offsets_found result;
  for (auto& x : of_one)
    add(result, offsets_at(where, {x}));
  return result;
}

/// Each leader is asked for itself: one that does not answer hides nothing of
/// the others.
offsets_found offset_lookup::impl::offsets_of_all(
  offset_t where, const std::map<std::int32_t, partitions>& by_leader) const {
  offsets_found result;
  for (auto& [leader, xs] : by_leader)
    add(result, leader >= 0
                  ? offsets_at(where, xs)
                  : all_failed(
                    xs, error_of_code(RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE)));
  return result;
}

offset_lookup::topics_found
offset_lookup::partitions_of(const std::vector<std::string>& topics) {
  topics_found result;
  for (auto& x : topics)
    if (auto failure = impl_->add_topic(x, result)) {
      result.failures.push_back(std::move(failure));
      break;
    }
  return result;
}

result<offsets_found>
offset_lookup::committed(const std::vector<topic_partition>& xs) {
  auto list = make_list(xs);
  auto failure = impl_->ask(
    [&](int limit) {
      return rd_kafka_committed(impl_->client, list.get(), limit);
    },
    // Why there is no coordinator is told to the group's consumer.
    [&](error x) {
      auto cause = impl_->cause_among(
        queue_ptr{rd_kafka_queue_get_consumer(impl_->client)});
      return cause ? cause : impl_->cause_of(std::move(x));
    });
  if (failure)
    return with_subject(std::move(failure), "committed offsets");
  return read(*list);
}

offset_lookup::found<offset_range>
offset_lookup::ranges(const led_partitions& xs) {
  auto by_leader = by_leader_of(xs);
  auto firsts = impl_->offsets_of_all(offset_earliest, by_leader);
  auto lasts = impl_->offsets_of_all(offset_latest, by_leader);
  found<offset_range> result;
  for (auto& [tp, leader] : xs) {
    auto first = firsts.values.find(tp);
    auto last = lasts.values.find(tp);
    if (first != firsts.values.end() && last != lasts.values.end())
      result.values[tp] = {first->second, last->second};
  }
  result.failures.merge(firsts.failures);
  result.failures.merge(lasts.failures);
  return result;
}

offset_lookup::found<offset_t> offset_lookup::at_time(const led_partitions& xs,
                                                      std::int64_t time_ms) {
  return impl_->offsets_of_all(time_ms, by_leader_of(xs));
}

/// By the older of librdkafka's two calls: the newer one aborts the process
/// when the connection to the coordinator breaks while it runs (librdkafka
/// #3663).
result<int> offset_lookup::members() {
  auto& group = impl_->props.at("group.id");
  group_list_ptr listed;
  auto failure = impl_->ask(
    [&](int limit) {
      const rd_kafka_group_list* answer = nullptr;
      auto code = rd_kafka_list_groups(impl_->client, group.c_str(), &answer,
                                       limit);
      listed.reset(answer);
      return code;
    },
    [this](error x) { return impl_->cause_of(std::move(x)); });
  int result = 0;
  for (int i = 0; !failure && i < listed->group_cnt; ++i) {
    failure = error_of_code(listed->groups[i].err);
    result += listed->groups[i].member_cnt;
  }
  if (failure)
    return with_subject(std::move(failure), "members of the group");
  return result;
}

error offset_lookup::commit(const std::map<topic_partition, offset_t>& next) {
  std::vector<partition_offset> offsets;
  for (auto& [tp, offset] : next)
    offsets.push_back({tp, offset});
  queue_ptr answers{rd_kafka_queue_new(impl_->client)};
  auto failure = error_of_code(rd_kafka_commit_queue(
    impl_->client, make_list(offsets).get(), answers.get(), nullptr, nullptr));
  if (failure)
    return failure;
  event_ptr answer{rd_kafka_queue_poll(answers.get(), impl_->limit_ms)};
  if (!answer)
    return impl_->cause_of(error_of_code(RD_KAFKA_RESP_ERR__TIMED_OUT));
  return error_of_code(rd_kafka_event_error(answer.get()));
}

} // namespace cafka::kafka
