// Where assigned partitions begin: what must be known for it, and the rule.

#include "actors/group_coordinator/group_coordinator.hpp"

#include <algorithm>
#include <utility>

namespace cafka::actors {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// An assignment's questions are asked again after this long when the answer was
/// an error; librdkafka's retry.backoff.max.ms of its newer versions.
constexpr auto look_up_retry = seconds{1};

/// How long a question waits for its answer at first: time enough for any broker
/// near by, and an outage is told soon. Each time that it was not enough it is
/// doubled, for one far away, up to librdkafka's own limit of most requests
/// (socket.timeout.ms).
constexpr milliseconds question_timeout_min = seconds{3};
constexpr milliseconds question_timeout_max = seconds{60};
constexpr int doublings_max = 5;

/// Token of a look-up that only asks whether a broker is there. Rebalances,
/// whose serial numbers are the other tokens, count from 1.
constexpr std::uint64_t probe_token = 0;

} // namespace

/// Without a partition there is no need: an assignment will tell.
void group_coordinator_state::probe() {
  if (!held_.empty())
    client_->look_up_committed(probe_token, {held_.begin()->first},
                               question_timeout_min);
}

void group_coordinator_state::look_up(rebalance_id id) {
  if (!client_ || !assigning_ || assigning_->id != id)
    return;
  auto timeout = std::min(question_timeout_min * (1 << questions_failed_),
                          question_timeout_max);
  if (must_find_ends())
    client_->find_ends(assigning_->partitions, timeout, id.value);
  else if (must_count())
    client_->count_partitions(timeout);
  else
    client_->look_up_committed(id.value, assigning_->partitions, timeout);
}

/// First of all: what is written while the rest is asked for, however often, is
/// behind the end.
bool group_coordinator_state::must_find_ends() const {
  return !ends_
         && options_->config.begin_offset
              == begin_offset{logical_offset::latest};
}

/// Of a partition whose end nobody told, librdkafka asks when it begins.
void group_coordinator_state::on_ends_for_begin(const kafka::ends_found& x) {
  if (!assigning_ || assigning_->id.value != x.token)
    return; // of a rebalance that was overtaken
  if (x.failure && x.ends.empty()) {
    retry_later(x.failure, "the ends of the partitions");
    return;
  }
  ends_ = x.ends;
  look_up(assigning_->id);
}

/// Before the first assignment, unless new partitions begin where all do.
bool group_coordinator_state::must_count() const {
  auto& config = options_->config;
  auto is_unknown = [&](const std::string& x) {
    return !registry_->has_counted(x);
  };
  return !counted_
         && config.begin_offset != begin_offset{logical_offset::earliest}
         && std::any_of(config.topics.begin(), config.topics.end(), is_unknown);
}

void group_coordinator_state::on_event(const kafka::committed_found& x) {
  if (!x.failure)
    on_answer();
  if (!assigning_ || assigning_->id.value != x.token)
    return; // of a rebalance that was overtaken
  if (x.failure)
    retry_later(x.failure, "what the group committed");
  else
    accept(x.entries);
}

void group_coordinator_state::on_event(const kafka::partitions_counted& x) {
  if (!x.failure) {
    on_answer();
    note(x.counts);
    counted_ = true;
  }
  if (!assigning_)
    return; // taken back meanwhile
  if (x.failure)
    retry_later(x.failure, "how many partitions the topics have");
  else
    look_up(assigning_->id);
}

/// What is assigned exists, whatever a broker says that does not know it yet.
void group_coordinator_state::note(std::map<std::string, partition_t> counts) {
  if (assigning_)
    for (auto& tp : assigning_->partitions)
      if (auto i = counts.find(tp.topic); i != counts.end())
        i->second = std::max(i->second, tp.partition + 1);
  for (auto& [topic, count] : counts)
    registry_->note_partitions(topic, count);
}

/// What was answered before is kept.
void group_coordinator_state::retry_later(kafka::error x,
                                          const std::string& question) {
  x.text = "asking for " + question + ": " + x.text;
  if (outage_.is_new(x.text, now()))
    compat::post(manager_, client_failure{x});
  if (x.code == errc::timed_out)
    questions_failed_ = std::min(questions_failed_ + 1, doublings_max);
  if (!ends_with(x))
    compat::send_after(self_, coordinator_actor{self_}, look_up_retry,
                       retry_look_up{assigning_->id});
}

/// Takes what the group assigned: every partition begins at its committed
/// offset, or where `begin-offset` says. The sources are open before the client
/// fetches, and the manager hears of them before their first record.
void group_coordinator_state::accept(
  const std::vector<kafka::committed_found::entry>& found) {
  auto id = std::exchange(assigning_, std::nullopt)->id;
  assignments_received message{options_->config.group, id, {}};
  std::vector<kafka::partition_offset> begins;
  for (auto& x : found) {
    auto begin = begin_of(x);
    auto g = registry_->raise(x.tp);
    held_[x.tp] = g;
    begins.push_back({x.tp, begin});
    message.partitions.push_back(
      {x.tp, g, begin, x.offset, client_->open_source(x.tp, begin)});
  }
  ends_.reset();
  joined_ = true;
  compat::post(manager_, std::move(message));
  if (auto failure = client_->assign(begins))
    self_->quit(make_error(errc::coordinator_died, failure.text));
}

offset_t group_coordinator_state::begin_of(
  const kafka::committed_found::entry& x) const {
  if (x.offset)
    return *x.offset;
  if (registry_->is_new(x.tp))
    return kafka::offset_earliest;
  auto& begin = options_->config.begin_offset;
  if (auto* exact = std::get_if<offset_t>(&begin))
    return *exact;
  if (std::get<logical_offset>(begin) == logical_offset::earliest)
    return kafka::offset_earliest;
  auto end = ends_ ? ends_->find(x.tp) : decltype(ends_->end()){};
  return ends_ && end != ends_->end() ? end->second : kafka::offset_latest;
}

} // namespace cafka::actors
