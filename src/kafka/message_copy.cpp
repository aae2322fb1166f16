#include "kafka/message_copy.hpp"

#include <string_view>

namespace cafka::kafka {

namespace {

// Calls `f(name, value)` for each header in the order of the wire.
template <class F>
void for_each_header(const rd_kafka_message_t& msg, F f) {
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&msg, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size)
       == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i)
    f(std::string_view{name}, bytes_of(value, size));
}

timestamp_type kind_of(rd_kafka_timestamp_type_t x) {
  switch (x) {
    case RD_KAFKA_TIMESTAMP_CREATE_TIME:
      return timestamp_type::create_time;
    case RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME:
      return timestamp_type::log_append_time;
    default:
      return timestamp_type::none;
  }
}

} // namespace

optional_bytes bytes_of(const void* data, std::size_t size) {
  if (data == nullptr)
    return std::nullopt;
  return std::string_view{static_cast<const char*>(data), size};
}

std::size_t size_of_headers(const rd_kafka_message_t& msg, bool& has_headers) {
  std::size_t result = 0;
  for_each_header(msg, [&](std::string_view name, optional_bytes value) {
    has_headers = true;
    result += name.size() + (value ? value->size() : 0);
  });
  return result;
}

void copy(const rd_kafka_message_t& msg, bool has_headers,
          record_block::builder& to) {
  auto kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  auto timestamp_ms = rd_kafka_message_timestamp(&msg, &kind);
  to.add(msg.offset, bytes_of(msg.key, msg.key_len),
         bytes_of(msg.payload, msg.len), timestamp_ms, kind_of(kind));
  if (!has_headers)
    return;
  for_each_header(msg, [&](std::string_view name, optional_bytes value) {
    to.add_header(name, value);
  });
}

} // namespace cafka::kafka
