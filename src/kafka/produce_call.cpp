#include "kafka/produce_call.hpp"

#include "kafka/event.hpp"
#include "kafka/handles.hpp"

namespace cafka::kafka {

namespace {

// librdkafka takes a null pointer for Kafka's null, and an empty view may hold
// one.
const char* data_of(const optional_bytes& x) {
  if (!x)
    return nullptr;
  return x->empty() ? "" : x->data();
}

std::size_t size_of(const optional_bytes& x) {
  return x ? x->size() : 0;
}

headers_ptr make_headers(const std::vector<header>& xs) {
  if (xs.empty())
    return nullptr;
  headers_ptr result{rd_kafka_headers_new(xs.size())};
  for (auto& x : xs)
    rd_kafka_header_add(result.get(), x.name.data(),
                        static_cast<ssize_t>(x.name.size()), data_of(x.value),
                        static_cast<ssize_t>(size_of(x.value)));
  return result;
}

bool is_cause_elsewhere(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR__FATAL
         || code == RD_KAFKA_RESP_ERR__PURGE_QUEUE
         || code == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
}

} // namespace

rd_kafka_resp_err_t produce(rd_kafka_t* client, const record_to_send& x,
                            std::uint64_t tag) {
  auto headers = make_headers(x.headers);
  auto* opaque = reinterpret_cast<void*>(static_cast<std::uintptr_t>(tag));
  auto code = rd_kafka_producev(
    client, RD_KAFKA_V_TOPIC(x.topic.c_str()),
    RD_KAFKA_V_PARTITION(x.partition),
    RD_KAFKA_V_KEY(data_of(x.key), size_of(x.key)),
    RD_KAFKA_V_VALUE(const_cast<char*>(data_of(x.value)), size_of(x.value)),
    RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_OPAQUE(opaque),
    RD_KAFKA_V_HEADERS(headers.get()), RD_KAFKA_V_TIMESTAMP(x.timestamp_ms),
    RD_KAFKA_V_END);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
    headers.release(); // the record's now
  return code;
}

std::uint64_t tag_of(const rd_kafka_message_t& x) {
  return reinterpret_cast<std::uintptr_t>(x._private);
}

error failure_of(rd_kafka_t* client, rd_kafka_resp_err_t code) {
  auto cause = is_cause_elsewhere(code) ? fatal_error(client) : error{};
  return cause ? cause : error_of_code(code);
}

} // namespace cafka::kafka
