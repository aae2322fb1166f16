#pragma once

#include <cafka/detail/caf_compat.hpp>
#include <cafka/errc.hpp>
#include <cafka/messages.hpp>
#include <cafka/types.hpp>

#include <cstdint>
#include <string>

namespace cafka {

/// The kinds of events. Behind each stand the fields of `event` that it fills;
/// `group` is always filled.
enum class event_kind : std::uint8_t {
  assigned, ///< tp, generation, offset: begin (-1: end, -2: earliest)
  assignment_complete, ///< count: the `assigned` of one rebalance, which came
                       ///< just before; 0: it gave nothing. No handler call of
                       ///< theirs has begun
  begin_resolved,      ///< tp, generation, offset: what a logical begin became
  begins_at_end,       ///< count: offsets that stand before the begins of one
                       ///< rebalance and are not read, text: see begin-offset
  revoked, ///< tp, generation, offset: watermark (the commit position) that was
           ///< given back
  lost,    ///< tp, generation, offset: watermark; not committed
  revocation_complete, ///< count: the `revoked` or `lost` of one rebalance or
                       ///< of the stop, which came just before; 0: it took
                       ///< nothing
  worker_started,      ///< tp, generation, count: its incarnation, from 1
  worker_failed,       ///< tp, generation, code, text: cause
  worker_restarted, ///< tp, generation, count: restarts so far, offset: begin
  worker_exhausted, ///< tp, generation, code and text: the last cause
  record_failed,    ///< tp, generation, offset, count: its failures, code, text
  isolating,        ///< tp, generation, offset: watermark, count: records that
                    ///< come one by one, code, text: of the call that failed
  isolation_through,  ///< tp, generation, offset: up to before here; no record
                      ///< failed alone, so that the batch was at fault
  blame_unknown,      ///< tp, generation, offset: a record that came alone, and
                      ///< whose ack did not come
  dead_lettered,      ///< tp, generation, offset, text: where it
                      ///< is, as `topic-partition@offset`
  dead_letter_failed, ///< tp, generation, offset, code, text
  record_skipped, ///< tp, generation, offset, code, text: of its last failure
  failure_flood,  ///< tp, generation, offset, count: records in a row that
                  ///< were got past; see `flood-after`
  output_failed,  ///< tp, generation, offset: first of its batch, code, text
  ack_refused,    ///< tp, generation (of the ack), count, text: result
  delivery_waits, ///< tp, generation, count: separate ranges of acks
  commit_sent,    ///< tp, generation, offset
  committed,      ///< tp, generation, offset: confirmed by the broker
  commit_failed,  ///< tp, generation, offset, code, text
  foreign_offset_metadata, ///< tp, generation, offset: committed, text: why what
                           ///< stands beside it does not count
  offset_map_refused,   ///< tp, generation, count: bytes of metadata that were
                        ///< refused, text: what follows; once
  offset_map_unguarded, ///< text: what an unclean election can do with maps of
                        ///< acked offsets, since librdkafka tells no epochs
  reset,             ///< tp, generation (the new one), offset: lost position,
                     ///< text: the policy and where it begins
  client_error,      ///< code, text; once for as long as it lasts
  client_recovered,  ///< a broker answers after there was none left
  member_waits,      ///< text: why the member has no partitions yet; once a
                     ///< minute
  partition_waits,   ///< tp, generation, offset: position, text: what for; when
                     ///< it begins and once a minute
  acks_overdue,      ///< tp, generation, offset: watermark, count: delivered
                     ///< and not acked; see `ack-timeout`
  handler_slow,      ///< tp, generation, count: milliseconds so far
  partition_stalled, ///< tp, generation, offset: where nothing comes from,
                     ///< count: offsets up to the end, text: what is done
  partition_resumed, ///< tp, generation, offset: position; it stalled before
  handler_not_closed,        ///< tp, generation, text: what `on_close` threw
  handler_threads_exhausted, ///< count: threads, all busy; no other can be made
  program_started, ///< tp, generation, count: pid; both empty for a process of
                   ///< a pool. Of groups whose handler is a program
  program_ended,   ///< as `program_started`, text: how, such as `exit 3`
  program_killed,  ///< as `program_started`, text: the signal that it was sent,
                   ///< and why
  drain_expired,   ///< tp, generation: given back while a call ran or acks
                   ///< were missing
  stop_expired,    ///< count: handler calls that outlived `stop-timeout`
  delivery_paused, ///< who, text: why; tp: without a topic all, with partition
                   ///< -1 all of the topic. Told again, with a generation, of
                   ///< a partition that comes while its pause holds
  delivery_resumed, ///< who, text: why; tp as above
  restart_asked,    ///< tp, generation, who, text: why
  dispose_asked, ///< tp, generation, offset, who, text: the step, and why; what
                 ///< becomes of it is `record_skipped`, `dead_lettered`,
                 ///< `dead_letter_failed` or `operation_refused`
  move_asked,    ///< tp, generation, offset: watermark, who, text: where to,
                 ///< and why
  moved,         ///< tp, generation (the new one), offset: where it goes on,
                 ///< who, text: where it stood, and why
  move_failed,   ///< the same; it goes on at its watermark, code, text: cause
  operation_refused, ///< tp, offset, who, text: what was asked for, and why not
  group_restarted,   ///< count: restarts so far, code, text: cause
  supervisor_gave_up ///< code, text: cause
};

/// The name, as it stands in the enumeration.
std::string to_string(event_kind x);

/// Whether somebody should know of it: the default of `group_options::log`
/// prints these.
bool is_warning(event_kind x) noexcept;

/// One thing that happened in a group, as told to subscribers.
struct event {
  event_kind kind = event_kind::assigned; ///< says which fields are filled
  std::string group;                      ///< the Kafka consumer group id
  topic_partition tp;                     ///< the partition, or empty
  cafka::generation generation;           ///< of the partition, or 0
  offset_t offset = -1;                   ///< -1 where there is none
  std::uint64_t count = 0;                ///< its meaning stands at the kind
  errc code = errc::none;                 ///< the error by name
  std::string text;                       ///< for people
  std::string who; ///< asked for it, of an operator's intent; else empty
};

/// One line for logs: `name=value`, in quotes and escaped where it is no word.
std::string to_string(const event& x);

CAFKA_INSPECT_ENUM(errc)
CAFKA_INSPECT_ENUM(event_kind)

template <class Inspector>
auto inspect(Inspector& f, event& x) {
  return compat::fields(
    f, x, "cafka.event", compat::field("kind", x.kind),
    compat::field("group", x.group), compat::field("tp", x.tp),
    compat::field("generation", x.generation),
    compat::field("offset", x.offset), compat::field("count", x.count),
    compat::field("code", x.code), compat::field("text", x.text),
    compat::field("who", x.who));
}

} // namespace cafka
