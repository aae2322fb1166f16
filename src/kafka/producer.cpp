#include "kafka/producer.hpp"

#include "kafka/configuration.hpp"
#include "kafka/event.hpp"
#include "kafka/handles.hpp"
#include "kafka/message_copy.hpp"
#include "kafka/produce_call.hpp"
#include "kafka/tls_errors.hpp"

#include <algorithm>
#include <climits>
#include <utility>

namespace cafka::kafka {

namespace {

int to_timeout_ms(std::chrono::milliseconds x) {
  // Negative would mean for ever to librdkafka.
  return static_cast<int>(std::clamp<std::int64_t>(x.count(), 0, INT_MAX));
}

} // namespace

struct producer::impl {
  impl(properties x, report f) : props(std::move(x)), on_report(std::move(f)) {
  }
  ~impl() {
    if (client != nullptr)
      rd_kafka_destroy(client);
  }
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  static impl* self_of(void* opaque) {
    return static_cast<impl*>(opaque);
  }
  static tls_errors& tls_of(void* opaque) {
    return self_of(opaque)->tls;
  }

  static void on_error(rd_kafka_t* client, int code, const char* words,
                       void* opaque) {
    auto* self = self_of(opaque);
    auto failure = code == RD_KAFKA_RESP_ERR__FATAL
                     ? fatal_error(client)
                     : error_of_code(code, words);
    if (self->refusal || !(failure.fatal || is_permanent(failure.code)))
      return;
    self->tls.explain(failure);
    failure.text = without_secrets(std::move(failure.text), self->props);
    self->refusal = std::move(failure);
  }

  static void on_delivered(rd_kafka_t* client, const rd_kafka_message_t* msg,
                           void* opaque) {
    auto* self = self_of(opaque);
    auto tag = tag_of(*msg);
    auto failure = failure_of(client, msg->err);
    self->current = {msg->partition, bytes_of(msg->key, msg->key_len),
                     bytes_of(msg->payload, msg->len)};
    self->on_report(tag, msg->partition, failure ? -1 : msg->offset, failure);
    self->current = {};
  }

  tls_errors tls; // outlives the client
  rd_kafka_t* client = nullptr;
  properties props;
  report on_report;
  error refusal;
  reported_record current{};
};

producer::producer(std::unique_ptr<impl> x) : impl_(std::move(x)) {
}

producer::~producer() = default;

result<std::unique_ptr<producer>> producer::open(const properties& props,
                                                 report on_report) {
  auto conf = producer_configuration(props);
  if (!conf)
    return conf.failure();
  auto self = std::make_unique<impl>(props, std::move(on_report));
  rd_kafka_conf_set_opaque(conf->get(), self.get());
  tls_errors::watch<impl::tls_of>(conf->get());
  rd_kafka_conf_set_error_cb(conf->get(), impl::on_error);
  rd_kafka_conf_set_dr_msg_cb(conf->get(), impl::on_delivered);
  auto client = make_client(RD_KAFKA_PRODUCER, std::move(*conf), props);
  if (!client)
    return client.failure();
  self->client = *client;
  return std::unique_ptr<producer>{new producer{std::move(self)}};
}

result<bool>
producer::send(const std::string& topic, partition_t partition,
               optional_bytes key, optional_bytes value, std::uint64_t tag,
               const std::vector<header>& headers, std::int64_t timestamp_ms) {
  auto code = produce(
    impl_->client, {topic, partition, key, value, headers, timestamp_ms}, tag);
  if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL)
    return false;
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return failure_of(impl_->client, code);
  return true;
}

producer::reported_record producer::reported() const {
  return impl_->current;
}

const error& producer::refusal() const noexcept {
  return impl_->refusal;
}

void producer::poll(std::chrono::milliseconds limit) {
  rd_kafka_poll(impl_->client, to_timeout_ms(limit));
}

bool producer::flush(std::chrono::milliseconds limit) {
  return rd_kafka_flush(impl_->client, to_timeout_ms(limit))
         == RD_KAFKA_RESP_ERR_NO_ERROR;
}

} // namespace cafka::kafka
