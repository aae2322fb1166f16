#include "kafka/idempotent_producer.hpp"

#include "kafka/callbacks.hpp"
#include "kafka/closable_callback.hpp"
#include "kafka/configuration.hpp"
#include "kafka/event.hpp"
#include "kafka/produce_call.hpp"
#include "kafka/question_thread.hpp"
#include "kafka/questions.hpp"
#include "kafka/topic_creation.hpp"

#include <array>
#include <deque>
#include <future>
#include <mutex>
#include <system_error>
#include <utility>

namespace cafka::kafka {

namespace {

using std::chrono::milliseconds;

constexpr partition_t chosen_by_key = -1;

/// A record that was written is never written twice, nor lost with a replica.
constexpr std::array owned{
  std::pair{"enable.idempotence", "true"},
  std::pair{"acks", "all"},
};
constexpr std::array refused{"enable.idempotence", "acks",
                             "request.required.acks", "transactional.id"};

result<conf_ptr> configuration_of(const properties& props) {
  for (auto* name : refused)
    if (props.contains(name)) {
      error result;
      result.code = errc::invalid_config;
      result.text = std::string{"property "} + name + ": cafka sets it";
      return result;
    }
  auto all = props;
  for (auto& [name, value] : owned)
    all[name] = value;
  return producer_configuration(all);
}

optional_bytes view_of(const std::optional<std::string>& x) {
  return x ? optional_bytes{*x} : std::nullopt;
}

} // namespace

struct idempotent_producer::impl {
  impl(rd_kafka_t* x, std::unique_ptr<callbacks> y, properties z,
       std::function<void()> wake, const core::thread_factory& make_thread)
    : hooks(std::move(y)),
      props(std::move(z)),
      client(x),
      events(rd_kafka_queue_get_main(x)),
      questions([] {}, make_thread),
      errands([] {}, make_thread) {
    on_event.set(std::move(wake));
    hooks->log.on_line([this] { on_event.call(); });
    on_event.enable(events.get());
    on_event.call(); // what came before the callback has given no edge
  }
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  error begin_thread();
  bool collect();
  void take(rd_kafka_event_t* event);
  void take_reports(rd_kafka_event_t* event);
  void take_error(rd_kafka_event_t* event);
  void add(writer_event x);
  std::optional<writer_event> next();
  void detach();
  void finish();

  closable_callback on_event;       // outlives the client, which calls it
  std::shared_ptr<callbacks> hooks; // the same
  properties props;
  rd_kafka_t* client;
  queue_ptr events;
  std::mutex mutex;                 // guards what follows
  std::deque<writer_event> pending; // the questions' thread adds, too
  // -- not guarded
  bool detached = false;
  question_thread questions; // they use the client, for long
  question_thread errands;   // the client's end
};

// -- events -------------------------------------------------------------------

void idempotent_producer::impl::add(writer_event x) {
  std::lock_guard guard{mutex};
  pending.push_back(std::move(x));
}

/// One event of the queue, which may hold many reports; false: it is empty.
bool idempotent_producer::impl::collect() {
  event_ptr event{rd_kafka_queue_poll(events.get(), 0)};
  if (event)
    take(event.get());
  return event != nullptr;
}

void idempotent_producer::impl::take(rd_kafka_event_t* event) {
  switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_DR:
      take_reports(event);
      break;
    case RD_KAFKA_EVENT_ERROR:
      take_error(event);
      break;
    case RD_KAFKA_EVENT_CREATETOPICS_RESULT:
      add(to_topic_created(event));
      break;
    default:
      break;
  }
}

void idempotent_producer::impl::take_reports(rd_kafka_event_t* event) {
  while (auto* x = rd_kafka_event_message_next(event)) {
    auto failure = failure_of(client, x->err);
    auto offset = failure ? -1 : x->offset;
    add(record_written{tag_of(*x),
                       {rd_kafka_topic_name(x->rkt), x->partition},
                       offset,
                       std::move(failure)});
  }
}

void idempotent_producer::impl::take_error(rd_kafka_event_t* event) {
  auto code = rd_kafka_event_error(event);
  client_error x{rd_kafka_event_error_is_fatal(event) != 0
                   ? fatal_error(client)
                   : error_of_code(code, rd_kafka_event_error_string(event)),
                 code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN};
  hooks->tls.explain(x.what);
  x.what.text = without_secrets(std::move(x.what.text), props);
  add(std::move(x));
}

std::optional<writer_event> idempotent_producer::impl::next() {
  if (auto line = hooks->log.take())
    if (auto* x = std::get_if<log_line>(&*line)) {
      x->text = without_secrets(std::move(x->text), props);
      return std::move(*x);
    }
  auto is_empty = [this] {
    std::lock_guard guard{mutex};
    return pending.empty();
  };
  while (is_empty() && collect()) {
    // nop
  }
  std::lock_guard guard{mutex};
  if (pending.empty())
    return std::nullopt;
  auto result = std::move(pending.front());
  pending.pop_front();
  return result;
}

// -- begin and end ------------------------------------------------------------

// Without its thread nothing has begun that could keep it from being destroyed.
error idempotent_producer::impl::begin_thread() {
  try {
    errands.begin();
    return {};
  } catch (const std::system_error& x) {
    detach();
    finish();
    return no_thread(x.what());
  }
}

void idempotent_producer::impl::detach() {
  if (std::exchange(detached, true))
    return;
  on_event.set({});
  hooks->log.close();
  closable_callback::disable(events.get());
}

void idempotent_producer::impl::finish() {
  questions.end();
  rd_kafka_purge(client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT
                           | RD_KAFKA_PURGE_F_NON_BLOCKING);
  events.reset(); // a handle of the client
  rd_kafka_destroy(client);
}

idempotent_producer::idempotent_producer(std::shared_ptr<impl> x)
  : impl_(std::move(x)) {
}

result<std::unique_ptr<idempotent_producer>>
idempotent_producer::open(const properties& props, std::function<void()> wake,
                          const core::thread_factory& make_thread) {
  auto conf = configuration_of(props);
  if (!conf)
    return conf.failure();
  auto hooks = std::make_unique<callbacks>(props.contains("debug"));
  hooks->watch(conf->get());
  rd_kafka_conf_set_events(conf->get(),
                           RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR);
  auto client = make_client(RD_KAFKA_PRODUCER, std::move(*conf), props);
  if (!client)
    return client.failure();
  auto self = std::make_shared<impl>(*client, std::move(hooks), props,
                                     std::move(wake), make_thread);
  if (auto failure = self->begin_thread())
    return failure;
  return std::unique_ptr<idempotent_producer>{
    new idempotent_producer{std::move(self)}};
}

writer_factory idempotent_producer::factory(properties props) {
  return
    [props = std::move(props)](
      std::function<void()> wake) -> result<std::unique_ptr<record_writer>> {
      auto made = open(props, std::move(wake));
      if (!made)
        return made.failure();
      return std::unique_ptr<record_writer>{std::move(*made)};
    };
}

error idempotent_producer::check(const properties& props) {
  auto conf = configuration_of(props);
  return conf ? error{} : conf.failure();
}

idempotent_producer::~idempotent_producer() {
  if (!impl_)
    return;
  auto ended = std::make_shared<std::promise<void>>();
  auto waited_for = ended->get_future();
  auto cut = end(farewell::none, milliseconds{0},
                 [ended](client_ended) { ended->set_value(); });
  if (waited_for.wait_for(end_grace) != std::future_status::ready)
    cut();
}

void idempotent_producer::detach() {
  impl_->detach();
}

std::function<void()>
idempotent_producer::end(farewell, milliseconds,
                         std::function<void(client_ended)> done) {
  detach();
  auto all = std::move(impl_);
  std::weak_ptr<impl> weak = all;
  auto& thread = all->errands;
  thread.finish([all = std::move(all), done = std::move(done)]() mutable {
    // Without connections it may wait for what it asked the brokers.
    all->hooks->sockets.cut();
    auto asks = all->questions.stop();
    if (asks)
      done({});
    all->finish();
    all.reset();
    if (!asks)
      done({});
  });
  return [weak] {
    if (auto alive = weak.lock())
      alive->hooks->sockets.cut();
  };
}

// -- what it is asked ---------------------------------------------------------

result<bool> idempotent_producer::send(std::uint64_t token, const output& x) {
  std::vector<header> headers;
  for (auto& h : x.headers)
    headers.push_back({h.name, view_of(h.value)});
  auto code = produce(impl_->client,
                      {x.topic, x.partition.value_or(chosen_by_key),
                       view_of(x.key), view_of(x.value), headers, 0},
                      token);
  if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL)
    return false;
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return failure_of(impl_->client, code);
  return true;
}

std::optional<writer_event> idempotent_producer::poll() {
  return impl_->detached ? std::nullopt : impl_->next();
}

void idempotent_producer::find_topic(std::uint64_t token,
                                     const std::string& topic,
                                     milliseconds timeout) {
  auto answer = [self = impl_.get(), token](topic_found x) {
    x.token = token;
    self->add(std::move(x));
    self->on_event.call();
  };
  try {
    impl_->questions.ask([client = impl_->client, topic, timeout,
                          answer]() -> std::optional<client_event> {
      answer(
        ask_topic(client, topic, std::chrono::steady_clock::now() + timeout));
      return std::nullopt;
    });
  } catch (const std::system_error& x) {
    answer({0, 0, no_thread(x.what())});
  }
}

void idempotent_producer::create_topic(std::uint64_t token,
                                       const std::string& topic,
                                       partition_t partitions, int replication,
                                       milliseconds timeout) {
  auto failure = begin_creation(impl_->client, impl_->events.get(), token,
                                {topic, partitions, replication}, timeout);
  if (!failure)
    return;
  impl_->add(topic_created{token, std::move(failure)});
  impl_->on_event.call();
}

} // namespace cafka::kafka
