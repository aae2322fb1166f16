/// Where a commit is decided.

#include "actors/group_manager/offset_commits.hpp"

#include "actors/group_manager/manager_context.hpp"

#include <utility>

namespace cafka::actors {

offset_commits::offset_commits(manager_context& context)
  : context_(context),
    policy_(context.config().commit_interval, context.config().commit_count) {
}

void offset_commits::acked(std::size_t records) {
  policy_.acked(records, context_.now());
}

void offset_commits::begin_known() {
  acked(0);
  policy_.urge();
}

void offset_commits::send_if_due() {
  if (policy_.due(context_.now()) && !send(nullptr)) {
    // Everything that was gathered is committed already.
    policy_.sent();
    policy_.answered(true, context_.now());
  }
  if (auto next = policy_.next_due())
    context_.arm(*next);
}

std::optional<std::uint64_t>
offset_commits::send_last(const std::set<topic_partition>& of) {
  auto result = send(&of);
  if (result)
    acked(0); // what the others gathered is still to be sent
  return result;
}

/// Sends the watermarks of the held partitions, or of `only` some, as far as
/// the broker has not confirmed them. Nothing: there is nothing to send.
std::optional<std::uint64_t>
offset_commits::send(const std::set<topic_partition>* only) {
  commit_request request;
  for (auto& [tp, x] : context_.held) {
    if ((only && !only->count(tp)) || !x.is_uncommitted())
      continue;
    request.entries.push_back({tp, x.machine.gen(), x.commit_position()});
  }
  if (request.entries.empty())
    return std::nullopt;
  request.id = ++last_id_;
  for (auto& x : request.entries)
    context_.publish(event_kind::commit_sent, x.tp, x.generation, x.offset);
  policy_.sent();
  sent_at_ = context_.now();
  compat::post(context_.coordinator, std::move(request));
  return last_id_;
}

std::optional<offset_commits::answer>
offset_commits::on_result(const commit_result& x) {
  if (!context_.is_current(policy_.in_flight() && x.id == last_id_))
    return std::nullopt;
  answer result{x.id, {}};
  bool ok = true;
  for (auto& entry : x.entries) {
    if (entry.failure) {
      ok = false;
      if (entry.failure.retriable)
        result.again.push_back(entry.tp);
      context_.publish(event_kind::commit_failed, entry.tp, entry.generation,
                       entry.offset, 0, entry.failure.code, entry.failure.text);
      continue;
    }
    context_.publish(event_kind::committed, entry.tp, entry.generation,
                     entry.offset);
    auto* held = context_.look_up(entry.tp);
    if (held != nullptr && held->machine.gen() == entry.generation)
      held->committed = entry.offset;
  }
  context_.counts().committed(ok, context_.now() - sent_at_);
  policy_.answered(ok, context_.now());
  return result;
}

} // namespace cafka::actors
