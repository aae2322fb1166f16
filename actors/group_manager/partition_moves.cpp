/// Partitions that operators move to another position.

#include "actors/group_manager/partition_moves.hpp"

#include "actors/group_manager/group_manager_parts.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace cafka::actors {

namespace {

using state = core::partition_move::state;

std::optional<std::int64_t> time_of(const target_position& x) {
  return x.what == target_position::kind::time ? std::optional{x.value}
                                               : std::nullopt;
}

std::string place_of(offset_t x) {
  return x < 0 ? "its begin" : "offset " + std::to_string(x);
}

} // namespace

partition_moves::partition_moves(group_manager_parts& parts)
  : parts_(parts), context_(parts.context) {
}

// -- asking -------------------------------------------------------------------

caf::result<operation_reply> partition_moves::take(const move_partition& x) {
  topic_partition tp{x.topic, x.partition};
  intent what{tp, x.who, x.reason, "move to " + to_string(x.to)};
  if (auto why = refusal(x))
    return parts_.intents.refuse(what, *why);
  auto* held = context_.look_up(tp);
  auto g = held->machine.gen();
  auto told = event_of(what, event_kind::move_asked, g);
  told.offset = held->watermark();
  parts_.intents.publish(std::move(told));
  auto promise = context_.self->make_response_promise<operation_reply>();
  auto id = ++last_id_;
  orders_.emplace(tp, order{id, core::partition_move{g}, x.to, std::move(what),
                            promise});
  compat::post(context_.coordinator,
               position_request{tp, g, id, time_of(x.to)});
  return promise;
}

std::optional<operation_reply>
partition_moves::refusal(const move_partition& x) const {
  topic_partition tp{x.topic, x.partition};
  if (auto wrong = core::wrong_with(x.to); !wrong.empty())
    return operation_reply{operation_result::invalid, wrong};
  if (auto why = parts_.intents.refusal(tp))
    return why;
  if (moves(tp))
    return operation_reply{operation_result::busy, "it is being moved already"};
  if (parts_.disposals.runs(tp))
    return operation_reply{operation_result::busy,
                           "a record of it is being got past"};
  return std::nullopt;
}

/// Until here the partition has gone on.
void partition_moves::on_position(const position_result& x) {
  auto i = orders_.find(x.tp);
  if (!context_.is_current(i != orders_.end() && i->second.id == x.id))
    return;
  auto found = core::locate(i->second.to, x.what);
  if (found.result != operation_result::done) {
    answer(x.tp, {found.result, std::move(found.text)});
    return;
  }
  auto* held = context_.look_up(x.tp, i->second.move.gen());
  if (held != nullptr)
    drain(x.tp, *held, i->second, found.offset);
}

// -- draining -----------------------------------------------------------------

void partition_moves::drain(const topic_partition& tp, held_partition& x,
                            order& of, offset_t to) {
  auto deadline = context_.now() + context_.config().drain_timeout;
  of.move.begin_drain(to, deadline);
  if (x.machine.has_worker())
    compat::post(x.worker->handle, drain_worker{deadline, close_reason::reset});
  x.machine.begin_drain();
  context_.arm(deadline);
  parts_.rebalance.check_drained(tp, x);
}

bool partition_moves::on_drained(const topic_partition& tp, held_partition& x) {
  auto i = orders_.find(tp);
  if (i == orders_.end() || i->second.move.at() != state::draining)
    return false;
  commit(tp, x, i->second);
  return true;
}

void partition_moves::on_taken(const topic_partition& tp) {
  auto i = orders_.find(tp);
  if (i != orders_.end() && i->second.move.at() != state::committing)
    answer(tp,
           {operation_result::given_back, "the partition is being given back"});
}

void partition_moves::look(time_point t) {
  std::vector<topic_partition> gone;
  std::vector<topic_partition> expired;
  for (auto& [tp, x] : orders_) {
    auto* held = context_.look_up(tp);
    auto deadline = x.move.deadline();
    if (held == nullptr || held->machine.gen() != x.move.gen())
      gone.push_back(tp);
    else if (deadline && *deadline <= t)
      expired.push_back(tp);
    else if (deadline)
      context_.arm(*deadline);
  }
  for (auto& tp : gone)
    answer(tp,
           {operation_result::given_back, "the partition was taken meanwhile"});
  for (auto& tp : expired) {
    auto& x = context_.held.at(tp);
    context_.publish(event_kind::drain_expired, tp, x.machine.gen());
    commit(tp, x, orders_.at(tp));
  }
}

// -- committing ---------------------------------------------------------------

/// No ack of the former generation counts any more, and what is retained is
/// dropped. Until the broker's answer nothing is read.
void partition_moves::commit(const topic_partition& tp, held_partition& x,
                             order& of) {
  auto former = x.machine.gen();
  auto g = context_.registry->raise(tp);
  if (x.worker)
    compat::post(x.worker->handle, fence_worker{close_reason::reset});
  of.from = x.watermark();
  of.move.begin_commit(g);
  x.begin_generation(context_.config().group, tp, g,
                     of.from < 0 ? x.machine.begin() : of.from);
  x.committed = -1; // it is sent, wherever that was
  x.commit_to = of.move.to();
  compat::post(context_.coordinator, follow_generation{tp, former, g});
  parts_.commits.begin_known();
  parts_.commits.send_if_due();
}

void partition_moves::on_commit_result(const commit_result& x) {
  for (auto& entry : x.entries) {
    auto i = orders_.find(entry.tp);
    if (i != orders_.end()
        && i->second.move.is_answer(entry.generation, entry.offset))
      on_answer(entry);
  }
}

/// Given back meanwhile, its last commit goes to the same position.
void partition_moves::on_answer(const commit_result::entry& x) {
  auto* held = context_.look_up(x.tp);
  if (held == nullptr)
    return;
  auto& of = orders_.at(x.tp);
  auto to = of.move.to();
  auto is_kept = held->machine.state() == partition_state::moving;
  if (!is_kept && x.failure)
    return; // sent again, or the partition goes without
  auto told = event_of(of.what,
                       x.failure ? event_kind::move_failed : event_kind::moved,
                       x.generation,
                       "from " + place_of(of.from) + ", " + of.what.text());
  told.offset = x.failure ? of.from : to;
  told.code = x.failure.code;
  if (x.failure)
    told.text += ": " + x.failure.text;
  parts_.intents.publish(std::move(told));
  operation_reply reply{operation_result::done, "it goes on at " + place_of(to),
                        to};
  if (!is_kept)
    reply.text = "committed, and the partition is being given back";
  if (x.failure)
    reply = {operation_result::not_confirmed,
             x.failure.text + "; it goes on at " + place_of(of.from), of.from};
  if (is_kept)
    go_on(x.tp, *held, to, !x.failure);
  auto node = orders_.extract(x.tp);
  node.mapped().promise.deliver(std::move(reply));
}

/// What the broker did not confirm it may have counted: the watermark is
/// committed again.
void partition_moves::go_on(const topic_partition& tp, held_partition& x,
                            offset_t to, bool confirmed) {
  x.commit_to.reset();
  if (confirmed)
    x.begin_generation(context_.config().group, tp, x.machine.gen(), to);
  else if (x.machine.tracker()) {
    x.committed = -1;
    parts_.commits.begin_known();
  }
  parts_.workers.move(tp, x);
}

void partition_moves::answer(const topic_partition& tp, operation_reply reply) {
  auto node = orders_.extract(tp);
  auto& x = node.mapped();
  x.promise.deliver(parts_.intents.refuse(x.what, std::move(reply)));
}

} // namespace cafka::actors
