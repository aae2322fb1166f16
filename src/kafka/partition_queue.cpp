#include "kafka/partition_queue.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace cafka::kafka {

namespace {

// Most messages that one drain passes over without giving them out, so that a
// long skipped range does not keep the drain's thread. About 1 ms of work.
constexpr std::size_t passed_max = 5000;

optional_bytes bytes_of(const void* data, std::size_t size) {
  if (data == nullptr)
    return std::nullopt;
  return std::string_view{static_cast<const char*>(data), size};
}

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

std::size_t size_of(const optional_bytes& x) {
  return x ? x->size() : 0;
}

// As `record::size_bytes`.
std::size_t size_of(const rd_kafka_message_t& msg) {
  auto result = msg.key_len + msg.len;
  for_each_header(msg, [&](std::string_view name, optional_bytes value) {
    result += name.size() + size_of(value);
  });
  return result;
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

void copy(const rd_kafka_message_t& msg, record_block::builder& to) {
  auto kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  auto timestamp_ms = rd_kafka_message_timestamp(&msg, &kind);
  to.add(msg.offset, bytes_of(msg.key, msg.key_len),
         bytes_of(msg.payload, msg.len), timestamp_ms, kind_of(kind));
  for_each_header(msg, [&](std::string_view name, optional_bytes value) {
    to.add_header(name, value);
  });
}

} // namespace

// What one drain goes by.
struct partition_queue::draining {
  std::size_t records_max;
  core::flow_window room;
  const core::range_set& skip;
  offset_t from;
  std::size_t passed = 0;
  std::size_t bytes = 0;
  core::fetched out = {};
};

partition_queue::partition_queue(rd_kafka_t* client, topic_partition tp,
                                 offset_t begin)
  : tp_(std::move(tp)),
    client_(client),
    queue_(
      rd_kafka_queue_get_partition(client, tp_.topic.c_str(), tp_.partition)),
    position_(begin) {
  if (!queue_) // no valid topic
    return;
  rd_kafka_queue_forward(queue_.get(), nullptr);
  gate_.enable(queue_.get());
}

partition_queue::~partition_queue() {
  close();
}

// -- for workers --------------------------------------------------------------

core::fetched
partition_queue::drain(std::size_t records_max, core::flow_window room,
                       const core::range_set& skip, offset_t from) {
  std::lock_guard guard{mutex_};
  if (!queue_)
    return {};
  draining state{records_max, room, skip, from};
  state.out.more = true; // until the queue is seen empty
  while (taken_.size() < records_max && state.room.open()
         && state.passed < passed_max) {
    auto msg = take(state);
    if (!msg)
      break;
    auto bytes = size_of(*msg);
    state.room.add({1, bytes});
    state.bytes += bytes;
    taken_.push_back(std::move(msg));
  }
  if (!taken_.empty())
    state.out.block = copy_taken(state.bytes);
  return std::move(state.out);
}

void partition_queue::on_ready(std::function<void()> wake) {
  gate_.set(std::move(wake));
}

std::optional<offset_t> partition_queue::readable_end() const {
  std::lock_guard guard{mutex_};
  std::int64_t low = RD_KAFKA_OFFSET_INVALID;
  std::int64_t high = RD_KAFKA_OFFSET_INVALID;
  if (queue_)
    rd_kafka_get_watermark_offsets(client_, tp_.topic.c_str(), tp_.partition,
                                   &low, &high);
  if (high < 0) // nothing fetched since the partition was assigned
    return end_;
  return std::max<offset_t>(high, end_.value_or(0));
}

bool partition_queue::at_end() const {
  std::lock_guard guard{mutex_};
  return at_end_;
}

// -- for the client's owner ---------------------------------------------------

error partition_queue::move_to(offset_t to, const std::function<error()>& how) {
  std::lock_guard guard{mutex_};
  if (auto failure = how())
    return failure;
  position_ = to;
  at_end_ = false;
  return {};
}

error partition_queue::begin_at(offset_t to,
                                const std::function<error()>& how) {
  std::lock_guard guard{mutex_};
  if (auto failure = how())
    return failure;
  position_ = to;
  at_end_ = false;
  resolved_ = false;
  end_.reset();
  return {};
}

offset_t partition_queue::position() const {
  std::lock_guard guard{mutex_};
  return position_;
}

void partition_queue::discard() {
  std::lock_guard guard{mutex_};
  if (!queue_)
    return;
  // Counted, because a partition that is still fetched never runs dry.
  for (auto n = rd_kafka_queue_length(queue_.get()); n > 0; --n)
    if (!message_ptr{rd_kafka_consume_queue(queue_.get(), 0)})
      return;
}

void partition_queue::close() {
  gate_.set({});
  std::lock_guard guard{mutex_};
  if (!queue_)
    return;
  wake_gate::disable(queue_.get());
  queue_.reset();
  client_ = nullptr;
  at_end_ = false;
}

// -- private ------------------------------------------------------------------

// The next record to give out; null: the drain is over.
//
// One message per call, although librdkafka can fill an array. Before 2.1, what
// is in that array when a rebalance pauses the partition is dropped while the
// position has moved behind it: records are lost (#4208; seen with 2.0.2). From
// 2.2 to 2.13.1 the array moves the position behind an end-of-partition mark
// (#4844). And the window can be asked before each record. It costs about
// 0.15 us per record.
message_ptr partition_queue::take(draining& state) {
  for (; state.passed < passed_max; ++state.passed) {
    message_ptr msg{rd_kafka_consume_queue(queue_.get(), 0)};
    if (!msg) {
      state.out.more = false;
      return nullptr;
    }
    if (msg->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      if (see_record(msg->offset, state))
        return msg;
    } else if (msg->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      see_end(msg->offset, state.out);
    } else {
      see_failure(*msg, state.out);
      return nullptr;
    }
  }
  return nullptr;
}

// True if the record is to be given out.
bool partition_queue::see_record(offset_t offset, draining& state) {
  if (!advance(offset, offset + 1, state.out))
    return false;
  at_end_ = false;
  return offset >= state.from && !state.skip.contains(offset);
}

void partition_queue::see_end(offset_t offset, core::fetched& out) {
  if (!advance(offset, offset, out))
    return;
  at_end_ = true;
  end_ = offset;
}

void partition_queue::see_failure(const rd_kafka_message_t& msg,
                                  core::fetched& out) {
  auto failure = make_error(msg.err, rd_kafka_message_errstr(&msg));
  if (failure.code == errc::offset_out_of_range)
    out.out_of_range = true;
  else
    out.error = std::move(failure.text);
}

// False for what was given out already or lies before the latest move: when a
// rebalance ends, librdkafka fetches again from where it thinks we are.
bool partition_queue::advance(offset_t seen, offset_t next,
                              core::fetched& out) {
  if (seen < position_)
    return false;
  position_ = next;
  out.next = next;
  if (!resolved_)
    out.resolved_begin = seen;
  resolved_ = true;
  return true;
}

std::shared_ptr<const record_block>
partition_queue::copy_taken(std::size_t bytes) {
  record_block::builder result;
  result.reserve(taken_.size(), bytes);
  for (auto& msg : taken_)
    copy(*msg, result);
  taken_.clear();
  return result.finish();
}

} // namespace cafka::kafka
