#include "actors/group_manager/held_partition.hpp"

#include <algorithm>
#include <utility>

namespace cafka::actors {

namespace {

/// Of two readings of one clock, which may be a turn apart.
std::int64_t ms_of(duration x) {
  using std::chrono::milliseconds;
  return std::chrono::duration_cast<milliseconds>(std::max(x, duration{}))
    .count();
}

} // namespace

held_partition::held_partition(const group_config& config,
                               const std::string& group, const assignment& x,
                               core::partition m, offset_t replaced_at,
                               time_point now)
  : machine(std::move(m)),
    source(x.source),
    watch(config.progress_timeout, replaced_at),
    acks(config.ack_timeout),
    window(config.prefetch_count, config.prefetch_bytes),
    outputs_bytes_max(config.outputs_max_bytes),
    noted_row(machine.row()),
    committed(x.committed.value_or(-1)),
    committed_map(x.map.metadata),
    progress_at(now) {
  identify(group, x.tp);
  progress_to = watermark();
}

void held_partition::identify(const std::string& group,
                              const topic_partition& tp) {
  identity = std::make_shared<const partition_identity>(
    partition_identity{group, tp.topic, tp.partition, machine.gen()});
}

void held_partition::begin_generation(const std::string& group,
                                      const topic_partition& tp, generation g,
                                      offset_t begin) {
  machine.reset(g, begin);
  answers = {}; // their reports are of the former generation
  identify(group, tp);
}

/// Where nothing above is acked, and where it is moved to, that is nothing.
core::commit_note held_partition::commit_note(std::size_t bytes_max) const {
  auto& tracker = machine.tracker();
  if (commit_to || !tracker || tracker->acked_above().empty())
    return {};
  auto metadata = core::map_metadata(tracker->watermark(),
                                     tracker->acked_above(), bytes_max);
  if (metadata.empty())
    return {};
  return {std::move(metadata), source->leader_epoch()};
}

bool held_partition::is_uncommitted(
  const core::commit_note& note) const noexcept {
  return (commit_to || machine.tracker())
         && (commit_position() != committed || note.metadata != committed_map);
}

void held_partition::note_progress(time_point now) {
  if (watermark() == progress_to && lag() != 0)
    return;
  progress_to = watermark();
  progress_at = now;
}

bool held_partition::takes_acks(generation of) const noexcept {
  return machine.gen() == of && machine.state() != partition_state::fenced;
}

bool held_partition::is_full() const noexcept {
  auto used = window;
  used.add(machine.retained());
  return !used.open();
}

offset_t held_partition::position() const noexcept {
  auto& tracker = machine.tracker();
  return tracker ? tracker->position() : machine.begin();
}

offset_t held_partition::watermark() const noexcept {
  auto& tracker = machine.tracker();
  return tracker ? tracker->watermark() : -1;
}

core::progress_facts held_partition::progress(bool call_waits) const noexcept {
  using delivery = core::progress_facts::delivery;
  core::progress_facts result;
  if (machine.tracker())
    result.position = position();
  if (machine.state() == partition_state::exhausted || is_paused())
    result.what = delivery::stopped;
  else if (delivery_waits(call_waits)
           || machine.is_paused(core::pause_reason::ack_ranges) || is_full()
           || has_full_outputs())
    result.what = delivery::waits;
  return result;
}

/// For its worker, or for a call.
bool held_partition::delivery_waits(bool call_waits) const noexcept {
  return machine.state() != partition_state::running || machine.call_since()
         || !worker || !worker->turns.reads() || call_waits;
}

/// Only while somebody reads does the source hear that the end moved on; what
/// the broker was asked for may be newer, or older.
std::int64_t held_partition::lag() const {
  auto& tracker = machine.tracker();
  if (!tracker)
    return -1;
  auto asked = watch.end().value_or(-1);
  auto is_read = machine.state() == partition_state::running && !is_paused();
  if (is_read && source->at_end() && !tracker->has_pending()
      && asked <= tracker->position())
    return 0;
  auto end = std::max(source->readable_end().value_or(-1), asked);
  return end < 0 ? -1 : std::max<std::int64_t>(end - tracker->watermark(), 0);
}

partition_health held_partition::health(std::string& why) const {
  auto cause = to_string(machine.last_error()) + ": "
               + machine.last_error_text();
  auto failing = machine.failing_offset();
  if (machine.state() == partition_state::exhausted) {
    why = (failing ? "it stands still at offset " + std::to_string(*failing)
                   : "its restarts are used up, so that it stands still")
          + "; " + cause;
    return partition_health::exhausted;
  }
  if (auto* stuck = machine.failed().stuck()) {
    why = "offset " + std::to_string(stuck->first)
          + " failed, and the dead letter of it could not be written; "
          + to_string(errc::dead_letter_failed) + ": "
          + stuck->second.way->failure();
    return partition_health::failing;
  }
  if (auto* worst = machine.failed().worst();
      worst != nullptr && worst->second.failures > 1) {
    why = "offset " + std::to_string(worst->first) + " failed "
          + std::to_string(worst->second.failures) + " times; " + cause;
    return partition_health::failing;
  }
  if (machine.failures() > 1) {
    why = "failed " + std::to_string(machine.failures())
          + " times since it last got on; " + cause;
    return partition_health::failing;
  }
  if (watch.stalls()) {
    why = "it lags, nothing holds it back, and nothing comes";
    return partition_health::stalled;
  }
  if (machine.is_slow()) {
    why = "a handler call runs for longer than handler-timeout";
    return partition_health::handler_slow;
  }
  if (acks.overdue()) {
    why = std::to_string(machine.retained().records)
          + " records are delivered and not acked, which fills the window";
    return partition_health::acks_overdue;
  }
  return partition_health::healthy;
}

partition_status held_partition::status(const topic_partition& tp,
                                        time_point now) const {
  partition_status result;
  result.tp = tp;
  result.state = machine.state();
  result.generation = machine.gen();
  result.committed = committed;
  result.window_records = machine.retained().records;
  result.window_bytes = machine.retained().bytes;
  result.restarts = machine.restarts();
  result.health = health(result.health_text);
  result.healthy = result.health == partition_health::healthy;
  result.failures = machine.failures();
  if (auto failing = machine.failing_offset()) {
    result.failing_offset = *failing;
    result.failures = machine.failed().failures(*failing);
  }
  result.dead_lettered = machine.dead_lettered();
  result.skipped = machine.skipped();
  if (auto at = machine.next_try())
    result.next_try_ms = ms_of(*at - now);
  if (auto since = machine.call_since())
    result.call_ms = ms_of(now - *since);
  result.since_progress_ms = ms_of(now - progress_at);
  result.paused = is_paused();
  if (auto queued = source->queued())
    result.queue_records = static_cast<std::int64_t>(*queued);
  if (auto bytes = source->queued_bytes())
    result.queue_bytes = static_cast<std::int64_t>(*bytes);
  result.last_error = machine.last_error();
  result.last_error_text = machine.last_error_text();
  if (machine.tracker())
    result.position = position();
  result.watermark = watermark();
  result.lag = lag();
  return result;
}

} // namespace cafka::actors
