#include "kafka/partition_queue.hpp"

#include "kafka/leader_epoch.hpp"
#include "kafka/message_copy.hpp"
#include "kafka/partition_list.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace cafka::kafka {

namespace {

// Most messages that one drain passes over without giving them out, so that a
// long skipped range does not keep the drain's thread. About 1 ms of work
// (librdkafka 2.0.2, 2026-11).
constexpr std::size_t passed_max = 5000;

// Most messages of one call: by so many larger ones than before the window can
// be exceeded. More in a call saves hardly anything (0.059 us each with 100,
// 0.055 with 1,000; librdkafka 2.0.2, 2026-11).
constexpr std::size_t asked_max = 100;

} // namespace

// What one drain goes by.
struct partition_queue::draining {
  std::size_t records_max;
  core::flow_window room;
  const core::range_set& skip;
  offset_t from;
  std::size_t expected_bytes = 0; // of a record
  std::size_t passed = 0;
  std::size_t bytes = 0;
  std::size_t largest_bytes = 0; // record
  bool has_headers = false;      // any of them
  bool failed = false;
  bool asked_anew = false; // what is in hand comes again
  core::fetched out = {};
  // Of before, should it fail.
  offset_t begin = 0;
  bool was_resolved = false;
};

partition_queue::partition_queue(rd_kafka_t* client, topic_partition tp,
                                 offset_t begin, bool headers)
  : tp_(std::move(tp)),
    headers_(headers),
    client_(client),
    queue_(
      rd_kafka_queue_get_partition(client, tp_.topic.c_str(), tp_.partition)),
    position_(begin) {
  if (!queue_) // no valid topic
    return;
  rd_kafka_queue_forward(queue_.get(), nullptr);
  on_event_.enable(queue_.get());
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
  draining state{records_max, room, skip, from, largest_bytes_};
  state.begin = position_;
  state.was_resolved = resolved_;
  try {
    return drain_to_end(state);
  } catch (...) {
    undo(state);
    throw;
  }
}

core::fetched partition_queue::drain_to_end(draining& state) {
  state.out.more = true; // until the queue is seen empty
  while (taken_.size() < state.records_max && state.room.open()
         && state.passed < passed_max && !state.failed && !state.asked_anew
         && state.out.more)
    take(state);
  look_for_room(state);
  if (!taken_.empty()) {
    largest_bytes_ = state.largest_bytes;
    state.out.block = copy_taken(state);
  }
  return std::move(state.out);
}

// What was taken is asked for again.
void partition_queue::undo(const draining& state) noexcept {
  taken_.clear();
  hand_.clear();
  // A begin that was resolved stays, lest a later one skip what lies between.
  position_ = state.begin < 0 ? state.out.resolved_begin.value_or(state.begin)
                              : state.begin;
  resolved_ = state.was_resolved;
  unverified_ = position_ >= 0;
  try {
    if (unverified_)
      seek(client_, {tp_, position_});
  } catch (...) {
    // The next message brings it about.
  }
}

void partition_queue::on_ready(std::function<void()> wake) {
  on_event_.set(std::move(wake));
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

std::int32_t partition_queue::leader_epoch() const {
  std::lock_guard guard{mutex_};
  return leader_epoch_;
}

std::optional<std::size_t> partition_queue::queued() const {
  std::lock_guard guard{mutex_};
  if (!queue_)
    return std::nullopt;
  return rd_kafka_queue_length(queue_.get());
}

std::optional<std::size_t> partition_queue::queued_bytes() const {
  std::lock_guard guard{mutex_};
  return queue_ ? queued_bytes_ : std::nullopt;
}

// -- for the client's owner ---------------------------------------------------

void partition_queue::note_queued_bytes(std::size_t x) {
  std::lock_guard guard{mutex_};
  queued_bytes_ = x;
}

error partition_queue::move_to(offset_t to, const std::function<error()>& how) {
  std::lock_guard guard{mutex_};
  if (auto failure = how())
    return failure;
  position_ = to;
  unverified_ = to >= 0;
  at_end_ = false;
  return {};
}

error partition_queue::begin_at(offset_t to,
                                const std::function<error()>& how) {
  std::lock_guard guard{mutex_};
  if (auto failure = how())
    return failure;
  position_ = to;
  unverified_ = false;
  at_end_ = false;
  resolved_ = false;
  end_.reset();
  return {};
}

void partition_queue::on_room(core::volume full, std::function<void()> f) {
  std::lock_guard guard{mutex_};
  gauge_ = core::queue_gauge{full};
  on_room_ = std::move(f);
}

std::unique_lock<std::mutex> partition_queue::verify_continuity() {
  std::unique_lock guard{mutex_};
  unverified_ = position_ >= 0;
  return guard;
}

offset_t partition_queue::position() const {
  std::lock_guard guard{mutex_};
  return position_;
}

queue_ptr partition_queue::close() {
  on_event_.set({});
  std::lock_guard guard{mutex_};
  if (!queue_)
    return nullptr;
  closable_callback::disable(queue_.get());
  on_room_ = {};
  client_ = nullptr;
  at_end_ = false;
  return std::move(queue_);
}

void purge(rd_kafka_queue_t* queue) {
  if (queue == nullptr) // of a topic that there cannot be
    return;
  // Counted, because a partition that is still fetched never runs dry.
  for (auto n = rd_kafka_queue_length(queue); n > 0; --n)
    if (!message_ptr{rd_kafka_consume_queue(queue, 0)})
      return;
}

// -- private ------------------------------------------------------------------

void partition_queue::look_for_room(const draining& state) {
  core::volume taken{taken_.size() + state.passed, state.bytes};
  if (on_room_ && taken.records != 0
      && gauge_.drained(taken, rd_kafka_queue_length(queue_.get())))
    on_room_();
}

// Takes what is there, up to what there is room for.
void partition_queue::take(draining& state) {
  auto want = std::min({state.records_max - taken_.size(), asked_max,
                        state.room.records_left(std::max(
                          state.expected_bytes, state.largest_bytes))});
  if (position_ < 0) // what a call of one has in hand is never dropped
    want = 1;
  batch_.resize(want);
  hand_.reserve(want); // so that nothing is lost before it has an owner
  auto got = rd_kafka_consume_batch_queue(queue_.get(), 0, batch_.data(), want);
  state.out.more = got == static_cast<ssize_t>(want);
  for (ssize_t i = 0; i < got; ++i)
    hand_.emplace_back(batch_[static_cast<std::size_t>(i)]);
  for (auto& msg : hand_)
    if (!state.asked_anew)
      see(std::move(msg), state);
  hand_.clear();
}

void partition_queue::see(message_ptr msg, draining& state) {
  auto is_record = msg->err == RD_KAFKA_RESP_ERR_NO_ERROR;
  if (!is_record && msg->err != RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    see_failure(*msg, state.out);
    state.failed = true;
    unverified_ = position_ >= 0;
  } else if (std::exchange(unverified_, unverified_ && msg->offset < position_)
             && msg->offset > position_) {
    ask_anew(state);
  } else if (!is_record) {
    ++state.passed;
    see_end(msg->offset, state.out);
  } else if (see_record(msg->offset, state)) {
    auto bytes = msg->key_len + msg->len; // as `record::size_bytes`
    if (headers_)
      bytes += size_of_headers(*msg, state.has_headers);
    state.largest_bytes = std::max(state.largest_bytes, bytes);
    state.room.add({1, bytes});
    state.bytes += bytes;
    taken_.push_back(std::move(msg));
  } else {
    ++state.passed;
  }
}

// What lies between the position and the message in hand may have been dropped
// by librdkafka; see `verify_continuity`. Where it was not, the message comes
// once more.
void partition_queue::ask_anew(draining& state) {
  state.asked_anew = true;
  if (auto failure = seek(client_, {tp_, position_})) {
    state.out.error = std::move(failure.text);
    unverified_ = true; // the next message says so again
  }
  state.out.more = true; // the seek may have taken the edge
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
  auto failure = error_of_code(msg.err, rd_kafka_message_errstr(&msg));
  if (failure.code == errc::offset_out_of_range) {
    out.out_of_range = true;
    return;
  }
  out.error = std::move(failure.text);
  // Where it was fetched: what a logical begin was resolved to.
  if (position_ < 0 && msg.offset >= 0)
    advance(msg.offset, msg.offset, out);
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
partition_queue::copy_taken(const draining& state) {
  record_block::builder result;
  result.reserve(taken_.size(), state.bytes);
  leader_epoch_ = leader_epoch_of(*taken_.back());
  for (auto& msg : taken_)
    copy(*msg, state.has_headers, result);
  taken_.clear();
  return result.finish();
}

} // namespace cafka::kafka
