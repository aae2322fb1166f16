#include "actors/group_coordinator/group_coordinator.hpp"

#include "actors/client_reaper/client_reaper.hpp"
#include "config/client_properties.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace cafka::actors {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// The client must be polled once in max.poll.interval.ms or the group expels
/// the member, however idle it is; the cap keeps a wake-up that got lost cheap.
constexpr milliseconds keep_alive_max = seconds{5};

/// Events that are handled in one go before other messages get their turn.
constexpr int events_max = 100;

} // namespace

group_coordinator_state::group_coordinator_state(
  base* self, manager_actor manager,
  std::shared_ptr<const group_options> options,
  std::shared_ptr<partition_registry> registry, std::function<void()> on_closed)
  : self_(self),
    manager_(std::move(manager)),
    options_(std::move(options)),
    registry_(std::move(registry)),
    reaper_(self->system().spawn<client_reaper>(options_, std::move(on_closed),
                                                close_limit)),
    gate_(std::make_shared<compat::gate<coordinator_actor>>(
      coordinator_actor{self})),
    woken_(std::make_shared<std::atomic<bool>>(false)),
    keep_alive_(
      std::min(max_poll_interval(options_->config.kafka) / 3, keep_alive_max)) {
  compat::ignore_error_messages(self_);
  compat::on_exception(self_, [](const std::string& text) {
    return make_error(errc::coordinator_died, text);
  });
}

group_coordinator_state::~group_coordinator_state() {
  gate_->close();
  answer_outstanding(errc::coordinator_died, "the coordinator ended");
  using farewell = kafka::consumer::farewell;
  bury(commit_on_its_way() ? farewell::none : farewell::leave, true);
}

void group_coordinator_state::bury(kafka::consumer::farewell how, bool last) {
  bury_client x{nullptr, how, last};
  if (client_) {
    client_->detach();
    x.client
      = std::make_shared<std::unique_ptr<kafka::consumer>>(std::move(client_));
  }
  compat::post(reaper_, std::move(x));
}

coordinator_actor::behavior_type group_coordinator_state::make_behavior() {
  compat::post(coordinator_actor{self_}, tick{}); // opens the client
  return {
    [this](const commit_request& x) { on_commit_request(x); },
    [this](const revocation_done& x) { on_revocation_done(x); },
    [this](const seek_request& x) { on_seek_request(x); },
    [this](const ends_request& x) { on_ends_request(x); },
    [this](const wake_request& x) { on_wake_request(x); },
    [this](const range_request& x) { on_range_request(x); },
    [this](close_client) { self_->quit(caf::exit_reason::user_shutdown); },
    [this](client_ready) { on_client_ready(); },
    [this](retry_look_up x) { look_up(x.rebalance); },
    [this](tick) { on_keep_alive(); },
  };
}

// -- messages --------------------------------------------------------------------------

void group_coordinator_state::on_keep_alive() {
  if (!client_ && !open())
    return;
  compat::send_after(self_, coordinator_actor{self_}, keep_alive_, tick{});
  if (outage_.lasts())
    probe();
  tell_waits();
  on_client_ready();
}

void group_coordinator_state::on_client_ready() {
  woken_->store(false);
  auto all = take_events();
  if (all && may_send()) {
    client_->catch_up(); // the member may be about to join
    all = take_events();
    if (all)
      send_outstanding();
  }
  if (!all)
    compat::post(coordinator_actor{self_}, client_ready{});
}

/// False: there may be more.
bool group_coordinator_state::take_events() {
  for (int i = 0; client_ && i < events_max; ++i) {
    auto x = client_->poll();
    if (!x)
      return true;
    std::visit([this](const auto& y) { on_event(y); }, *x);
  }
  return !client_;
}

/// The framework's own fence: Kafka accepts a commit for a partition that the
/// member gave away, so only what is held in this generation leaves.
void group_coordinator_state::on_commit_request(const commit_request& x) {
  commit_result refused{x.id, {}};
  commit_request accepted{x.id, {}};
  for (auto& entry : x.entries) {
    auto i = held_.find(entry.tp);
    if (client_ && i != held_.end() && i->second == entry.generation) {
      accepted.entries.push_back(entry);
    } else {
      refused.entries.push_back(
        {entry.tp,
         entry.generation,
         entry.offset,
         {errc::stale_membership, "not held in this generation"}});
    }
  }
  if (accepted.entries.empty() || outstanding_) {
    compat::post(manager_, std::move(refused));
    return;
  }
  outstanding_ = std::move(accepted);
  outstanding_sent_ = false;
  on_client_ready(); // the newest word on the membership, and sends it
}

/// Parks the commit while the member joins: see `kafka::membership`.
bool group_coordinator_state::may_send() const {
  return client_ && outstanding_ && !outstanding_sent_
         && (settled_ || revoking_);
}

void group_coordinator_state::send_outstanding() {
  if (!may_send())
    return;
  outstanding_sent_ = true;
  std::vector<kafka::partition_offset> offsets;
  for (auto& x : outstanding_->entries)
    offsets.push_back({x.tp, x.offset});
  client_->commit(outstanding_->id, offsets);
}

void group_coordinator_state::on_seek_request(const seek_request& x) {
  auto i = held_.find(x.tp);
  if (!client_ || i == held_.end()
      || (!x.revive && i->second != x.generation)) {
    compat::post(manager_,
                 seek_done{x.tp,
                           x.generation,
                           {errc::stale_membership, "not held any more"}});
    return;
  }
  i->second = x.generation;
  auto is_logical = x.offset < 0;
  auto failure = x.revive || is_logical ? client_->reposition({x.tp, x.offset})
                                        : client_->seek({x.tp, x.offset});
  compat::post(manager_, seek_done{x.tp, x.generation, std::move(failure)});
}

void group_coordinator_state::on_revocation_done(const revocation_done& x) {
  if (!revoking_ || revoking_->id != x.rebalance)
    return; // a completion of an older rebalance is void
  if (commit_on_its_way())
    renew_client();
  else
    give_back();
}

// -- the client's events -----------------------------------------------------------------

void group_coordinator_state::on_event(const kafka::assigned& x) {
  on_answer();
  assigning_ = rebalance{{++last_rebalance_.value}, x.partitions};
  ends_.reset();
  for (auto& tp : x.partitions)
    std::erase_if(missing_topics_, [&](auto& y) {
      return y.first.find(tp.topic) != std::string::npos;
    });
  if (x.partitions.empty())
    accept({});
  else
    look_up(assigning_->id);
}

void group_coordinator_state::on_event(const kafka::revoked& x) {
  // An assignment that is still looked up was never told to the manager.
  assigning_.reset();
  rebalance_id id{++last_rebalance_.value};
  if (!revoking_)
    revoking_.emplace();
  revoking_->id = id;
  auto& all = revoking_->partitions;
  std::set<topic_partition> known{all.begin(), all.end()};
  for (auto& tp : x.partitions)
    if (held_.count(tp) && known.insert(tp).second)
      all.push_back(tp);
  compat::post(manager_, assignments_revoked{id, all, x.lost});
  if (x.lost && commit_on_its_way()) {
    renew_client();
  } else if (x.lost) {
    answer_outstanding(errc::stale_membership, "the partitions were lost");
    outstanding_.reset();
  } else {
    send_outstanding(); // before the last commit of what is given back
  }
}

void group_coordinator_state::on_event(kafka::forgotten) {
  renew_client();
}

void group_coordinator_state::on_event(const kafka::membership& x) {
  settled_ = x.settled;
}

void group_coordinator_state::on_event(const kafka::commit_answered& x) {
  if (!x.failure)
    on_answer();
  if (!outstanding_ || outstanding_->id != x.token)
    return;
  std::map<topic_partition, kafka::error> failures;
  for (auto& entry : x.entries)
    failures.emplace(entry.what.tp, entry.failure);
  auto request = std::exchange(outstanding_, std::nullopt);
  commit_result result{request->id, {}};
  for (auto& asked : request->entries) {
    auto i = failures.find(asked.tp);
    result.entries.push_back({asked.tp, asked.generation, asked.offset,
                              i == failures.end() ? x.failure : i->second});
  }
  compat::post(manager_, std::move(result));
  if (x.failure)
    ends_with(x.failure);
}

void group_coordinator_state::on_event(const kafka::client_error& x) {
  if (x.no_broker_left)
    outage_.begin();
  if (outage_.is_new(x.what.text, now()))
    compat::post(manager_, client_failure{x.what});
  if (x.what.code == errc::unknown_topic) {
    missing_topics_.insert_or_assign(x.what.text, x.what);
    topic_notice_.look(true, now()); // told just now
  }
  ends_with(x.what);
}

void group_coordinator_state::on_event(const kafka::log_line& x) {
  if (x.level <= log_record::warning && !outage_.is_new(x.text, now()))
    return;
  options_->log({x.level, options_->config.group, x.facility, x.text});
}

// -- what it does --------------------------------------------------------------------------

std::function<void()> group_coordinator_state::make_waker() {
  return [gate = gate_, woken = woken_] {
    if (!woken->exchange(true))
      gate->post(client_ready{});
  };
}

bool group_coordinator_state::open() {
  auto client = kafka::consumer::open(client_properties(options_->config),
                                      make_waker(), options_->headers);
  auto failure = client ? (*client)->subscribe(options_->config.topics)
                        : client.failure();
  if (client)
    client_ = std::move(*client);
  joined_ = false;
  if (!failure)
    return true;
  self_->quit(make_error(failure.code, failure.text));
  return false;
}

void group_coordinator_state::give_back() {
  auto done = std::exchange(revoking_, std::nullopt);
  for (auto& tp : done->partitions)
    held_.erase(tp);
  if (auto failure = client_->unassign(done->partitions))
    self_->quit(make_error(errc::coordinator_died, failure.text));
}

/// librdkafka may move the group's offset back for partitions that we no longer
/// have: a commit that is outstanding it sends later, under its next generation
/// or while it is destroyed, and a member that was forgotten goes on where it
/// stood. Only without connections it cannot.
void group_coordinator_state::renew_client() {
  assignments_revoked all{{++last_rebalance_.value}, {}, true};
  for (auto& [tp, g] : held_)
    all.partitions.push_back(tp);
  answer_outstanding(errc::stale_membership,
                     "the partitions were gone before the answer came");
  outstanding_.reset();
  compat::post(manager_, std::move(all));
  held_.clear();
  assigning_.reset();
  revoking_.reset();
  if (std::exchange(finding_ends_, false))
    compat::post(manager_, ends_result{}); // the old client will not answer
  client_->cut_off();
  bury(kafka::consumer::farewell::none, false);
  open();
}

void group_coordinator_state::answer_outstanding(errc code,
                                                 const std::string& text) {
  if (!outstanding_)
    return;
  commit_result result{outstanding_->id, {}};
  for (auto& x : outstanding_->entries)
    result.entries.push_back({x.tp, x.generation, x.offset, {code, text}});
  compat::post(manager_, std::move(result));
}

void group_coordinator_state::on_answer() {
  if (outage_.end())
    compat::post(manager_, client_recovered{});
}

time_point group_coordinator_state::now() const {
  return time_point{self_->clock().now().time_since_epoch()};
}

bool group_coordinator_state::ends_with(const kafka::error& x) {
  if (!x.fatal && !is_permanent(x.code))
    return false;
  auto code = x.code == errc::none ? errc::client_fatal : x.code;
  self_->quit(make_error(code, x.text));
  return true;
}

} // namespace cafka::actors
