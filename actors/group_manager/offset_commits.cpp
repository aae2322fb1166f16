/// Where a commit is decided.

#include "actors/group_manager/offset_commits.hpp"

#include "actors/group_manager/manager_context.hpp"
#include "config/offset_map_setting.hpp"
#include "kafka/client_version.hpp"

#include <utility>

namespace cafka::actors {

offset_commits::offset_commits(manager_context& context)
  : context_(context),
    policy_(context.config().commit_interval, context.config().commit_count),
    keeps_maps_(keeps_offset_map(context.config())),
    metadata_(keeps_maps_ ? context.config().offset_map_max : 0) {
  if (keeps_maps_ && !kafka::knows_leader_epochs())
    context_.publish(
      event_kind::offset_map_unguarded, 0, errc::none,
      "offset-map = true: librdkafka before 2.1 tells no leader "
      "epochs; behind an unclean election records of the new log "
      "can be skipped");
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
    if (only && !only->count(tp))
      continue;
    auto note = x.commit_note(metadata_.bytes());
    if (x.is_uncommitted(note))
      request.entries.push_back(
        {tp, x.machine.gen(), x.commit_position(), std::move(note)});
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

bool offset_commits::is_uncommitted(const held_partition& x) const {
  return x.is_uncommitted(x.commit_note(metadata_.bytes()));
}

void offset_commits::on_committed(const commit_result::entry& x) {
  context_.publish(event_kind::committed, x.tp, x.generation, x.offset);
  auto* held = context_.look_up(x.tp);
  if (held == nullptr || held->machine.gen() != x.generation)
    return;
  held->committed = x.offset;
  held->committed_map = x.metadata;
}

void offset_commits::on_failed(const commit_result::entry& x, answer& to) {
  if (x.failure.retriable)
    to.again.push_back(x.tp);
  context_.publish(event_kind::commit_failed, x.tp, x.generation, x.offset, 0,
                   x.failure.code, x.failure.text);
}

/// They are sent again at once, with less metadata.
void offset_commits::on_metadata_refused(const commit_result::entry& x) {
  policy_.urge();
  if (metadata_.refused(x.metadata.size()))
    context_.publish(event_kind::offset_map_refused, x.tp, x.generation, -1,
                     x.metadata.size(), x.failure.code,
                     x.failure.text
                       + ": half of offset-map-max from now on, and no maps "
                         "where that is refused, too");
}

std::optional<offset_commits::answer>
offset_commits::on_result(const commit_result& x) {
  if (!context_.is_current(policy_.in_flight() && x.id == last_id_))
    return std::nullopt;
  answer result{x.id, {}};
  bool ok = true;
  // Those beside it in the request are refused with it: the largest is meant.
  const commit_result::entry* refused = nullptr;
  for (auto& entry : x.entries) {
    ok = ok && !entry.failure;
    if (!entry.failure) {
      on_committed(entry);
    } else if (entry.failure.too_large && metadata_.bytes() > 0) {
      result.again.push_back(entry.tp);
      if (!refused || entry.metadata.size() > refused->metadata.size())
        refused = &entry;
    } else {
      on_failed(entry, result);
    }
  }
  if (refused)
    on_metadata_refused(*refused);
  context_.counts().committed(ok, context_.now() - sent_at_);
  policy_.answered(ok, context_.now());
  return result;
}

} // namespace cafka::actors
