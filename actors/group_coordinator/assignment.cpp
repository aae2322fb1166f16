// Where assigned partitions begin: `core::begin_lookup` says what to ask next.

#include "actors/group_coordinator/group_coordinator.hpp"
#include "config/offset_map_setting.hpp"

#include <algorithm>
#include <utility>

namespace cafka::actors {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// An assignment's questions are asked again after this long when the answer
/// was an error; librdkafka's retry.backoff.max.ms of its newer versions.
constexpr auto look_up_retry = seconds{1};

/// Whether a broker is there at all is asked for as long as a question at
/// first.
constexpr milliseconds probe_timeout = seconds{3};

/// Token of a look-up that only asks whether a broker is there. Rebalances,
/// whose serial numbers are the other tokens, count from 1.
constexpr std::uint64_t probe_token = 0;

std::optional<core::log_end> end_of(const topic_partition& tp,
                                    const kafka::ends_found& all) {
  auto end = all.ends.find(tp);
  if (end == all.ends.end())
    return std::nullopt;
  auto epoch = all.leader_epochs.find(tp);
  return core::log_end{end->second,
                       epoch == all.leader_epochs.end() ? -1 : epoch->second};
}

} // namespace

/// Without a partition there is no need: an assignment will tell.
void group_coordinator_state::probe() {
  if (auto held = fence_.held(); !held.empty())
    client_->look_up_committed(probe_token, {held.front()}, probe_timeout);
}

void group_coordinator_state::look_up(rebalance_id id) {
  using question = core::begin_lookup::question;
  if (!client_ || !member_.looks_up(id))
    return;
  auto& partitions = member_.looking_up()->partitions;
  auto timeout = begins_.timeout();
  switch (begins_.next(topics_are_counted())) {
    case question::ends:
      client_->find_ends(partitions, timeout, id.value);
      break;
    case question::counts:
      client_->count_partitions(timeout, id.value);
      break;
    case question::committed:
      client_->look_up_committed(id.value, partitions, timeout);
      break;
    case question::log_ends:
      client_->find_ends(with_metadata(), timeout, id.value);
      break;
  }
}

bool group_coordinator_state::topics_are_counted() const {
  auto& topics = options_->config.topics;
  return std::all_of(topics.begin(), topics.end(),
                     [this](auto& x) { return registry_->has_counted(x); });
}

void group_coordinator_state::on_ends_for_begin(const kafka::ends_found& x) {
  rebalance_id id{x.token};
  if (!member_.looks_up(id))
    return; // of a rebalance that was overtaken
  if (x.failure && x.ends.empty()) {
    retry_later(x.failure, "the ends of the partitions");
    return;
  }
  if (!found_.empty()) {
    accept(std::exchange(found_, {}), x);
    return;
  }
  begins_.on_ends(x.ends);
  look_up(id);
}

void group_coordinator_state::on_event(const kafka::committed_found& x) {
  if (!x.failure)
    on_answer();
  if (!member_.looks_up({x.token}))
    return; // of a rebalance that was overtaken, or a probe
  if (x.failure) {
    retry_later(x.failure, "what the group committed");
    return;
  }
  found_ = x.entries;
  if (!reads_maps() || with_metadata().empty()) {
    accept(std::exchange(found_, {}));
    return;
  }
  begins_.on_metadata();
  look_up({x.token});
}

bool group_coordinator_state::reads_maps() const {
  return keeps_offset_map(options_->config);
}

std::vector<topic_partition> group_coordinator_state::with_metadata() const {
  std::vector<topic_partition> result;
  for (auto& x : found_)
    if (x.offset && !x.note.metadata.empty())
      result.push_back(x.tp);
  return result;
}

/// How many there are is true whoever asked; what follows is not.
void group_coordinator_state::on_event(const kafka::partitions_counted& x) {
  if (!x.failure) {
    on_answer();
    note(x.counts);
  }
  if (!member_.looks_up({x.token}))
    return; // of a rebalance that was overtaken
  if (x.failure) {
    retry_later(x.failure, "how many partitions the topics have");
    return;
  }
  begins_.on_counts();
  look_up({x.token});
}

/// What is assigned exists, whatever a broker says that does not know it yet.
void group_coordinator_state::note(std::map<std::string, partition_t> counts) {
  if (auto* assigned = member_.looking_up())
    for (auto& tp : assigned->partitions)
      if (auto i = counts.find(tp.topic); i != counts.end())
        i->second = std::max(i->second, tp.partition + 1);
  for (auto& [topic, count] : counts)
    registry_->note_partitions(topic, count);
}

/// What was answered before is kept.
void group_coordinator_state::retry_later(kafka::error x,
                                          const std::string& question) {
  x.text = "asking for " + question + ": " + x.text;
  publish(x);
  if (x.code == errc::timed_out)
    begins_.on_timed_out();
  if (!ends_with(x))
    compat::send_after(self_, coordinator_actor{self_}, look_up_retry,
                       retry_look_up{member_.looking_up()->id});
}

/// The sources are open before the client fetches, and the manager hears of
/// them before their first record.
void group_coordinator_state::accept(
  const std::vector<kafka::committed_found::entry>& found,
  const kafka::ends_found& ends) {
  auto id = member_.on_begins_known().id;
  assignments_received message{options_->config.group, id, {}};
  std::vector<kafka::partition_offset> begins;
  for (auto& x : found) {
    auto begin = begins_.begin_of(x.tp, x.offset, registry_->is_new(x.tp));
    auto g = registry_->raise(x.tp);
    fence_.take(x.tp, g);
    begins.push_back({x.tp, begin});
    auto& added = message.partitions.emplace_back(
      assignment{x.tp, g, begin, x.offset, client_->open_source(x.tp, begin)});
    if (x.offset && reads_maps())
      added.map = core::read_committed_map(*x.offset, x.note,
                                           end_of(x.tp, ends));
  }
  compat::post(manager_, std::move(message));
  if (auto failure = client_->assign(begins))
    self_->quit(make_error(errc::coordinator_died, failure.text));
}

} // namespace cafka::actors
