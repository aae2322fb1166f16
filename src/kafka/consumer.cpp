#include "kafka/consumer.hpp"

#include "kafka/configuration.hpp"
#include "kafka/consumer_impl.hpp"
#include "kafka/event.hpp"
#include "kafka/partition_list.hpp"
#include "kafka/questions.hpp"

#include <system_error>
#include <utility>

namespace cafka::kafka {

namespace {

error not_held(const topic_partition& tp) {
  return error_of_code(RD_KAFKA_RESP_ERR__STATE,
                       to_string(tp) + " is not assigned to this client");
}

time_point after(std::chrono::milliseconds x) {
  return std::chrono::steady_clock::now() + x;
}

// Where the system gives no thread to ask on, that is the answer.
template <class Answer, class F>
void ask(consumer::impl& x, Answer unasked, F f) {
  try {
    x.questions.ask([f]() -> client_event { return f(); });
  } catch (const std::system_error& failed) {
    unasked.failure = no_thread(failed.what());
    x.post(std::move(unasked));
  }
}

} // namespace

consumer::consumer(std::shared_ptr<impl> x) : impl_(std::move(x)) {
}

result<std::unique_ptr<consumer>>
consumer::open(const properties& props, std::function<void()> wake,
               bool headers, const core::thread_factory& make_thread) {
  auto conf = consumer_configuration(props);
  if (!conf)
    return conf.failure();
  auto hooks = std::make_unique<callbacks>(props.contains("debug"));
  hooks->watch(conf->get());
  auto client = make_client(RD_KAFKA_CONSUMER, std::move(*conf), props);
  if (!client)
    return client.failure();
  rd_kafka_poll_set_consumer(*client);
  auto all = std::make_shared<impl>(*client, std::move(hooks), props,
                                    std::move(wake), headers, make_thread);
  if (auto failure = all->begin_thread())
    return failure;
  return std::unique_ptr<consumer>{new consumer{std::move(all)}};
}

error consumer::subscribe(const std::vector<std::string>& topics) {
  std::vector<topic_partition> all;
  all.reserve(topics.size());
  for (auto& x : topics)
    all.push_back({x, RD_KAFKA_PARTITION_UA});
  impl_->topics = topics;
  return error_of_code(rd_kafka_subscribe(impl_->client, make_list(all).get()));
}

std::optional<client_event> consumer::poll() {
  if (impl_->detached)
    return std::nullopt;
  auto result = impl_->next();
  if (!result)
    return result;
  auto* taken = std::get_if<revoked>(&*result);
  if (!taken && !std::holds_alternative<assigned>(*result))
    return result;
  auto was_forgotten = impl_->is_forgotten();
  if (taken)
    impl_->begin_revoke(*taken);
  else
    impl_->begin_assign();
  if (was_forgotten && !(taken && taken->lost))
    return forgotten{};
  return result;
}

void consumer::catch_up() {
  impl_->member_id(); // asked in the queue that the group's answers come in
}

void consumer::look_up_committed(std::uint64_t token,
                                 const std::vector<topic_partition>& partitions,
                                 std::chrono::milliseconds timeout) {
  committed_found unasked{token, {}, {}};
  if (partitions.empty()) // which librdkafka refuses
    impl_->post(unasked);
  else
    ask(*impl_, unasked, [client = impl_->client, token, partitions, timeout] {
      return ask_committed(client, token, partitions, after(timeout));
    });
}

void consumer::count_partitions(std::chrono::milliseconds timeout,
                                std::uint64_t token) {
  ask(*impl_, partitions_counted{token, {}, {}},
      [client = impl_->client, topics = impl_->topics, timeout, token] {
        auto result = kafka::count_partitions(client, topics, after(timeout));
        result.token = token;
        return result;
      });
}

void consumer::find_ends(std::vector<topic_partition> partitions,
                         std::chrono::milliseconds timeout,
                         std::uint64_t token) {
  ask(*impl_, ends_found{token, {}, {}},
      [client = impl_->client, xs = std::move(partitions), timeout, token] {
        auto result = ask_ends_singly(client, xs, after(timeout));
        result.token = token;
        return result;
      });
}

void consumer::find_range(const topic_partition& tp,
                          std::chrono::milliseconds timeout,
                          std::uint64_t token) {
  ask(*impl_, range_found{token, tp, {}, {}},
      [client = impl_->client, tp, timeout, token] {
        auto result = ask_range(client, tp, after(timeout));
        result.token = token;
        return result;
      });
}

void consumer::find_position(const topic_partition& tp,
                             std::optional<std::int64_t> time_ms,
                             std::chrono::milliseconds timeout,
                             std::uint64_t token) {
  ask(*impl_, position_found{token, tp, {}, {}},
      [client = impl_->client, tp, time_ms, timeout, token] {
        return position_found{
          token, tp, ask_position(client, tp, time_ms, after(timeout)), {}};
      });
}

core::record_source_ptr consumer::open_source(const topic_partition& tp,
                                              offset_t begin) {
  return impl_->open_source(tp, begin);
}

error consumer::assign(const std::vector<partition_offset>& partitions) {
  for (auto& x : partitions) {
    // Without a source its records would go to the common queue.
    if (!impl_->sources.contains(x.tp))
      impl_->open_source(x.tp, x.offset);
    impl_->sources.at(x.tp)->begin_at(x.offset, [] { return error{}; });
    impl_->held.insert(x.tp);
  }
  if (auto failure = impl_->send_assign(partitions)) {
    for (auto& x : partitions) // what it does not hold cannot be given back
      impl_->held.erase(x.tp);
    return failure;
  }
  // What librdkafka puts into a queue by the way takes the edge from the first
  // record.
  for (auto& x : partitions)
    impl_->sources.at(x.tp)->kick();
  return {};
}

error consumer::unassign(const std::vector<topic_partition>& partitions) {
  impl_->revoking.reset();
  std::vector<topic_partition> known;
  for (auto& tp : partitions)
    if (impl_->held.erase(tp) != 0)
      known.push_back(tp);
  auto failure = impl_->send_unassign(known);
  for (auto& tp : partitions)
    if (auto node = impl_->sources.extract(tp))
      purge(impl_->retire(tp, *node.mapped()));
  return failure;
}

void consumer::commit(std::uint64_t token,
                      const std::vector<partition_offset>& offsets) {
  impl_->commit(token, offsets);
}

error consumer::seek(const partition_offset& to) {
  auto source = impl_->held_source(to.tp);
  if (!source)
    return not_held(to.tp);
  auto failure = source->move_to(to.offset, [&] {
    return kafka::seek(impl_->client, to);
  });
  source->kick();
  return failure;
}

error consumer::reposition(const partition_offset& to) {
  auto source = impl_->held_source(to.tp);
  if (!source)
    return not_held(to.tp);
  // librdkafka would take what follows for the answer to a rebalance.
  impl_->collect_events();
  if (impl_->rebalance_waits())
    return error_of_code(RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS);
  auto failure = source->begin_at(to.offset,
                                  [&] { return impl_->restart(to); });
  source->kick();
  return failure;
}

std::vector<topic_partition> consumer::assignment() const {
  return {impl_->held.begin(), impl_->held.end()};
}

bool consumer::is_fatal() const {
  return static_cast<bool>(fatal_error(impl_->client));
}

void consumer::cut_off() {
  impl_->cut_off();
}

void consumer::detach() {
  impl_->detach();
}

} // namespace cafka::kafka
