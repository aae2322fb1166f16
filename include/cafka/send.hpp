#pragma once

#include <cafka/errors.hpp>
#include <cafka/group_actor.hpp>

#include <caf/expected.hpp>

#include <chrono>

/// Sending to a group and asking it, without CAF's own functions. Any thread
/// may call them, also one that is no actor: of a producer's delivery reports,
/// of an event loop, of `std::thread`. The group's actor system must still
/// exist.
namespace cafka {

// -- sending ------------------------------------------------------------------

/// Sends an ack. Does not block and does not fail: a group that has ended drops
/// the message. So do the others.
void send(const group_actor& group, const ack& x);
/// Sends an ack of single records.
void send(const group_actor& group, const ack_individual& x);
/// Says that a record failed.
void send(const group_actor& group, const nack& x);
/// Subscribes an actor to the group's events.
void send(const group_actor& group, const subscribe_events& x);
/// Begins the orderly stop of the group and does not wait for it; `stop` does.
void send(const group_actor& group, stop_group x);

// -- asking: blocks the calling thread until the answer or for `timeout` ------

/// How long the functions below wait by default. A group answers in
/// milliseconds unless the machine is overloaded.
constexpr std::chrono::milliseconds ask_timeout{10'000};

/// Acks, and tells how far the partition is acked now. The answer says whether
/// the ack was accepted; an error (`errc::timed_out`, or `errc::manager_died`
/// where the group has ended) says that nobody knows.
caf::expected<ack_reply> ask(const group_actor& group, const ack_request& x,
                             std::chrono::milliseconds timeout = ask_timeout);

/// Says that a record failed, and tells whether that was accepted. Errors as
/// above.
caf::expected<ack_reply> ask(const group_actor& group, const nack_request& x,
                             std::chrono::milliseconds timeout = ask_timeout);

/// The committed offsets of the partitions of a topic that this member holds.
/// Errors as above.
caf::expected<committed_offsets>
ask(const group_actor& group, const get_committed_offsets& x,
    std::chrono::milliseconds timeout = ask_timeout);

/// Keeps handler calls from beginning. Returns what became of the intent. After
/// `errc::timed_out` it may still be carried out. Errors as above.
caf::expected<operation_reply>
ask(const group_actor& group, const pause_partitions& x,
    std::chrono::milliseconds timeout = ask_timeout);
/// Lets paused partitions go on; answered as a pause.
caf::expected<operation_reply>
ask(const group_actor& group, const resume_partitions& x,
    std::chrono::milliseconds timeout = ask_timeout);
/// Begins a worker anew; answered as a pause.
caf::expected<operation_reply>
ask(const group_actor& group, const restart_worker& x,
    std::chrono::milliseconds timeout = ask_timeout);
/// Gets past a record that fails; answered as a pause, once no call may handle
/// the record.
caf::expected<operation_reply>
ask(const group_actor& group, const dispose_record& x,
    std::chrono::milliseconds timeout = ask_timeout);
/// Moves a partition; answered as a pause. It takes up to `drain-timeout` and
/// the answers of two brokers.
caf::expected<operation_reply>
ask(const group_actor& group, const move_partition& x,
    std::chrono::milliseconds timeout = ask_timeout);

/// The record that a partition stands at, for people. Errors as above.
caf::expected<record_excerpt>
ask(const group_actor& group, const get_record& x,
    std::chrono::milliseconds timeout = ask_timeout);

/// A snapshot of the group and its partitions. Errors as above.
caf::expected<group_status>
status(const group_actor& group,
       std::chrono::milliseconds timeout = ask_timeout);

} // namespace cafka
