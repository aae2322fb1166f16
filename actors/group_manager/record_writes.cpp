/// What is written to the broker: dead letters and outputs, and their reports.

#include "actors/group_manager/record_writes.hpp"

#include "actors/group_manager/group_manager_parts.hpp"

#include <algorithm>
#include <utility>

namespace cafka::actors {

record_writes::record_writes(group_manager_parts& parts,
                             producer_factory make_producer)
  : parts_(parts),
    context_(parts.context),
    make_producer_(std::move(make_producer)),
    link_([this](std::uint64_t incarnation) { return start(incarnation); },
          [this](const write_report& x) { take(x); }) {
}

// -- the producer -------------------------------------------------------------

group_producer_actor record_writes::start(std::uint64_t incarnation) {
  producer_listener to;
  to.report = [handle = context_.handle](write_report x) {
    handle->post(std::move(x));
  };
  to.checked = [handle = context_.handle](letter_topics_checked x) {
    handle->post(std::move(x));
  };
  to.alive = [handle = context_.handle] {
    handle->post(pong{pong::actor::producer});
  };
  producer_ = make_producer_(std::move(to));
  context_.monitors.add(*producer_,
                        [this, incarnation](const caf::error& cause) {
                          on_down(incarnation, cause);
                        });
  return *producer_;
}

void record_writes::on_down(std::uint64_t incarnation,
                            const caf::error& cause) {
  kafka::error why;
  why.code = errc::other_client_error;
  why.text = "the group's producer ended: " + text_of(cause);
  parts_.acks.take_in(); // what strands and nacks said before counts first
  parts_.pings.forget_producer();
  link_.on_down(incarnation, why);
  parts_.acks.flush();
}

void record_writes::close() {
  link_.close({});
}

void record_writes::kill() {
  if (producer_)
    caf::anon_send_exit(*producer_, caf::exit_reason::kill);
}

// -- the topics for dead letters ----------------------------------------------

bool record_writes::knows_letter_topics() {
  auto& steps = context_.config().on_failure.then;
  if (std::ranges::find(steps, failure_step::dead_letter) == steps.end()
      || context_.registry->knows_letter_topics())
    return true;
  if (!std::exchange(asked_for_letter_topics_, true))
    link_.check({0, context_.config().topics});
  return false;
}

void record_writes::on_letter_topics(const letter_topics_checked& x) {
  if (!context_.is_current(link_.accept(x)))
    return;
  if (x.missing) {
    parts_.rebalance.stop(close_reason::stopped,
                          make_error(errc::dead_letter_topic_missing,
                                     x.failure.text));
    return;
  }
  context_.registry->note_letter_topics();
  if (x.failure) // it is seen again, and told, where one is to be written
    context_.publish(event_kind::client_error, 0, x.failure.code,
                     x.failure.text);
  for (auto& [tp, held] : context_.held)
    if (held.machine.state() == partition_state::starting && !held.worker)
      parts_.workers.spawn(tp, held);
}

// -- reports ------------------------------------------------------------------

void record_writes::on_report(const write_report& x) {
  auto accepted = link_.accept(x);
  if (context_.is_current(accepted.has_value()))
    take(*accepted);
}

/// Of a dead letter, or of outputs.
void record_writes::take(const write_report& x) {
  auto* held = context_.find(x.source, x.generation);
  if (held == nullptr)
    return;
  if (x.offset < 0)
    parts_.answers.on_outputs(x.source, *held, x);
  else
    parts_.failures.on_letter(x.source, *held, x);
}

} // namespace cafka::actors
