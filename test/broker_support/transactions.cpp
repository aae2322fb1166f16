#include "broker_support/transactions.hpp"

#include "kafka/handles.hpp"

#include <stdexcept>

namespace cafka::test {

namespace {

constexpr int answer_limit_ms = 30'000;

void require(rd_kafka_error_t* failure) {
  if (failure == nullptr)
    return;
  std::string text = rd_kafka_error_string(failure);
  rd_kafka_error_destroy(failure);
  throw std::runtime_error("transaction: " + text);
}

void on_report(rd_kafka_t*, const rd_kafka_message_t* x, void* offsets) {
  if (x->err == RD_KAFKA_RESP_ERR_NO_ERROR)
    static_cast<std::vector<offset_t>*>(offsets)->push_back(x->offset);
}

} // namespace

struct transactional_producer::impl {
  impl(const std::string& endpoints, const std::string& id) {
    auto* conf = rd_kafka_conf_new();
    auto set = [&](const char* key, const std::string& value) {
      rd_kafka_conf_set(conf, key, value.c_str(), nullptr, 0);
    };
    set("bootstrap.servers", endpoints);
    set("transactional.id", id);
    set("log_level", "0");
    rd_kafka_conf_set_dr_msg_cb(conf, on_report);
    rd_kafka_conf_set_opaque(conf, &offsets);
    char text[256];
    client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof(text));
    if (client == nullptr)
      throw std::runtime_error(text);
    require(rd_kafka_init_transactions(client, answer_limit_ms));
  }
  ~impl() {
    rd_kafka_destroy(client);
  }
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  void write(const topic_partition& tp, int count) {
    offsets.clear();
    require(rd_kafka_begin_transaction(client));
    for (int i = 0; i < count; ++i)
      rd_kafka_producev(client, RD_KAFKA_V_TOPIC(tp.topic.c_str()),
                        RD_KAFKA_V_PARTITION(tp.partition),
                        RD_KAFKA_V_VALUE(&i, sizeof(i)),
                        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                        RD_KAFKA_V_END);
    if (rd_kafka_flush(client, answer_limit_ms) != RD_KAFKA_RESP_ERR_NO_ERROR)
      throw std::runtime_error("transaction: the records were not written");
  }

  std::vector<offset_t> offsets;
  rd_kafka_t* client = nullptr;
};

transactional_producer::transactional_producer(const std::string& endpoints,
                                               const std::string& id)
  : impl_(std::make_unique<impl>(endpoints, id)) {
}

transactional_producer::~transactional_producer() = default;

std::vector<offset_t> transactional_producer::commit(const topic_partition& tp,
                                                     int count) {
  impl_->write(tp, count);
  require(rd_kafka_commit_transaction(impl_->client, answer_limit_ms));
  return impl_->offsets;
}

std::vector<offset_t> transactional_producer::abort(const topic_partition& tp,
                                                    int count) {
  impl_->write(tp, count);
  require(rd_kafka_abort_transaction(impl_->client, answer_limit_ms));
  return impl_->offsets;
}

} // namespace cafka::test
