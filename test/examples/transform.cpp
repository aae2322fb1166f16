#include <algorithm>
#include <cafka/group.hpp>
#include <cctype>
#include <iostream>
#include <librdkafka/rdkafka.h>
#include <memory>

// Writes every order in capitals to another topic. A record is acked when the
// broker has confirmed what was made of it. Each partition has a producer of its
// own, so that a batch waits for its own records alone.
class transformer : public cafka::message_handler {
public:
  transformer(const cafka::handler_context&, const std::string& endpoints) {
    auto* conf = rd_kafka_conf_new();
    auto set = [conf](const char* name, const char* value) {
      rd_kafka_conf_set(conf, name, value, nullptr, 0);
    };
    set("bootstrap.servers", endpoints.c_str());
    set("enable.idempotence", "true");  // keeps the order
    set("message.timeout.ms", "20000"); // a report comes by then
    rd_kafka_conf_set_opaque(conf, this);
    rd_kafka_conf_set_dr_msg_cb(conf, [](auto*, auto* sent, void* self) {
      if (sent->err != RD_KAFKA_RESP_ERR_NO_ERROR)
        static_cast<transformer*>(self)->fail(sent->_private, sent->err);
    });
    producer_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0));
    if (!producer_)
      throw std::runtime_error("no producer");
  }

  cafka::handler_answer handle(const cafka::message_batch& batch) override {
    first_failed_.reset();
    for (auto record : batch)
      if (auto why = send(record)) {
        fail(tag_of(record), why);
        break;
      }
    rd_kafka_flush(producer_.get(), -1); // until all reports have come
    if (first_failed_) // what was made of those below it is delivered
      return cafka::handler_answer::failed_at(*first_failed_,
                                              rd_kafka_err2str(cause_));
    return cafka::handler_answer::ack();
  }

private:
  static void* tag_of(const cafka::record& x) {
    return reinterpret_cast<void*>(static_cast<std::intptr_t>(x.offset()));
  }
  rd_kafka_resp_err_t send(const cafka::record& x) {
    std::string key{x.key().value_or("")};
    std::string value{x.value().value_or("")};
    std::ranges::transform(value, value.begin(), [](unsigned char c) {
      return static_cast<char>(std::toupper(c));
    });
    auto* key_begin = x.key() ? key.data() : nullptr; // null stays null
    auto* value_begin = x.value() ? value.data() : nullptr;
    return rd_kafka_producev(producer_.get(), RD_KAFKA_V_TOPIC("orders.upper"),
                             RD_KAFKA_V_KEY(key_begin, key.size()),
                             RD_KAFKA_V_VALUE(value_begin, value.size()),
                             RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                             RD_KAFKA_V_OPAQUE(tag_of(x)), RD_KAFKA_V_END);
  }
  void fail(void* tag, rd_kafka_resp_err_t why) {
    auto offset
      = static_cast<cafka::offset_t>(reinterpret_cast<std::intptr_t>(tag));
    if (first_failed_ && *first_failed_ < offset)
      return;
    first_failed_ = offset;
    cause_ = why;
  }
  std::unique_ptr<rd_kafka_t, decltype(&rd_kafka_destroy)> producer_{
    nullptr, &rd_kafka_destroy};
  std::optional<cafka::offset_t> first_failed_;
  rd_kafka_resp_err_t cause_ = RD_KAFKA_RESP_ERR_NO_ERROR;
};

int main(int argc, char** argv) {
  cafka::init_types();
  caf::actor_system_config cfg;
  cafka::add_types(cfg);
  caf::actor_system system{cfg};
  std::string endpoints = argc > 1 ? argv[1] : "localhost:9092";
  cafka::group_options options;
  options.config.name = "orders";
  options.config.endpoints = {endpoints};
  options.config.group = "order-transformers";
  options.config.topics = {"orders"};
  options.handler = cafka::make_handler<transformer>(endpoints);
  auto group = cafka::spawn(system, options);
  if (!group) {
    std::cerr << cafka::text_of(group.error()) << "\n";
    return 1;
  }
  std::cin.get(); // until Enter
  return cafka::stop(system, *group) ? 1 : 0;
}
