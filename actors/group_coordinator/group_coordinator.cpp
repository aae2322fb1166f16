#include "actors/group_coordinator/group_coordinator.hpp"

#include "actors/client_reaper/client_reaper.hpp"
#include "config/client_properties.hpp"

#include <algorithm>
#include <map>
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

offset_t begin_of(const begin_offset& x) {
  if (auto* exact = std::get_if<offset_t>(&x))
    return *exact;
  return std::get<logical_offset>(x) == logical_offset::earliest
           ? core::offset_earliest
           : core::offset_latest;
}

kafka::error error_of(core::commit_fence::refusal x) {
  using refusal = core::commit_fence::refusal;
  switch (x) {
    case refusal::none:
      return {};
    case refusal::fenced:
      return {errc::stale_membership, "not held in this generation"};
    case refusal::busy:
      return {errc::stale_membership, "another commit is not answered yet"};
    case refusal::lost:
      return {errc::stale_membership,
              "the partitions were gone before the answer came"};
    case refusal::ended:
      return {errc::coordinator_died, "the coordinator ended"};
  }
  return {};
}

} // namespace

group_coordinator_state::group_coordinator_state(
  base* self, manager_actor manager,
  std::shared_ptr<const group_options> options,
  std::shared_ptr<partition_registry> registry, std::function<void()> on_closed,
  kafka::client_factory make_client)
  : self_(self),
    manager_(std::move(manager)),
    options_(std::move(options)),
    registry_(std::move(registry)),
    make_client_(std::move(make_client)),
    reaper_(self->system().spawn<client_reaper>(options_, std::move(on_closed),
                                                close_limit)),
    handle_(std::make_shared<compat::closable_handle<coordinator_actor>>(
      coordinator_actor{self})),
    woken_(std::make_shared<std::atomic<bool>>(false)),
    begins_(begin_of(options_->config.begin_offset)),
    keep_alive_(
      std::min(max_poll_interval(options_->config.kafka) / 3, keep_alive_max)) {
  compat::ignore_error_messages(self_);
  compat::on_exception(self_, [](const std::string& text) {
    return make_error(errc::coordinator_died, text);
  });
}

group_coordinator_state::~group_coordinator_state() {
  handle_->close();
  auto how = fence_.must_replace_client() ? kafka::farewell::none
                                          : kafka::farewell::leave;
  answer(fence_.abort(core::commit_fence::refusal::ended));
  bury(how, true);
}

void group_coordinator_state::bury(kafka::farewell how, bool last) {
  if (client_)
    client_->detach();
  compat::post(reaper_, bury_client{std::move(client_), how, last});
}

coordinator_actor::behavior_type group_coordinator_state::make_behavior() {
  compat::post(coordinator_actor{self_}, keep_alive{}); // opens the client
  return {
    [this](const commit_request& x) { on_commit_request(x); },
    [this](const revocation_done& x) { on_revocation_done(x); },
    [this](const seek_request& x) { on_seek_request(x); },
    [this](const ends_request& x) { on_ends_request(x); },
    [this](const wake_request& x) { on_wake_request(x); },
    [this](const range_request& x) { on_range_request(x); },
    [this](close_client) { self_->quit(caf::exit_reason::user_shutdown); },
    [this](const follow_generation& x) { on_follow_generation(x); },
    [this](const position_request& x) { on_position_request(x); },
    [this](ping) { compat::post(manager_, pong{pong::actor::coordinator}); },
    [this](client_ready) { on_client_ready(); },
    [this](retry_look_up x) { look_up(x.rebalance); },
    [this](keep_alive) { on_keep_alive(); },
  };
}

// -- messages -----------------------------------------------------------------

void group_coordinator_state::on_keep_alive() {
  if (!client_ && !open())
    return;
  compat::send_after(self_, coordinator_actor{self_}, keep_alive_,
                     keep_alive{});
  if (outage_.lasts())
    probe();
  publish_waits();
  on_client_ready();
}

void group_coordinator_state::on_client_ready() {
  woken_->store(false);
  auto all = take_events();
  if (all && may_send()) {
    client_->catch_up(); // the member may be about to join
    all = take_events();
    if (all)
      send_parked();
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

void group_coordinator_state::on_commit_request(const commit_request& x) {
  if (auto refused = fence_.on_request(x)) {
    answer(std::move(refused));
    return;
  }
  on_client_ready(); // the newest word on the membership, and sends it
}

/// What is given back is committed, although the member joins by then.
bool group_coordinator_state::may_send() const {
  return client_ && fence_.is_parked()
         && (settled_ || member_.at() == core::membership::state::revoking);
}

void group_coordinator_state::send_parked() {
  auto request = fence_.send_if(may_send());
  if (!request)
    return;
  std::vector<kafka::partition_offset> offsets;
  for (auto& x : request->entries)
    offsets.push_back({x.tp, x.offset, x.note});
  client_->commit(request->id, offsets);
}

void group_coordinator_state::on_seek_request(const seek_request& x) {
  auto held = fence_.held_in(x.tp);
  if (!client_ || !held || (!x.revive && *held != x.generation)) {
    compat::post(manager_,
                 seek_done{x.tp,
                           x.generation,
                           x.id,
                           {errc::stale_membership, "not held any more"}});
    return;
  }
  fence_.take(x.tp, x.generation);
  auto is_logical = x.offset < 0;
  auto failure = x.revive || is_logical ? client_->reposition({x.tp, x.offset})
                                        : client_->seek({x.tp, x.offset});
  compat::post(manager_,
               seek_done{x.tp, x.generation, x.id, std::move(failure)});
}

void group_coordinator_state::on_revocation_done(const revocation_done& x) {
  auto given = member_.on_revocation_done(x.rebalance);
  if (!given)
    return; // a completion of an older rebalance is void
  if (fence_.must_replace_client()) {
    renew_client();
    return;
  }
  fence_.release(*given);
  if (auto failure = client_->unassign(*given))
    self_->quit(make_error(errc::coordinator_died, failure.text));
}

// -- the client's events ------------------------------------------------------

void group_coordinator_state::on_event(const kafka::assigned& x) {
  on_answer();
  auto id = member_.on_assigned(x.partitions).id;
  begins_.start();
  found_.clear();
  for (auto& tp : x.partitions)
    std::erase_if(missing_topics_, [&](auto& y) {
      return y.first.find(tp.topic) != std::string::npos;
    });
  if (x.partitions.empty())
    accept({});
  else
    look_up(id);
}

/// What was assigned and is still looked up was never told to the manager.
void group_coordinator_state::on_event(const kafka::revoked& x) {
  auto held = x.partitions;
  std::erase_if(held, [this](auto& tp) { return !fence_.held_in(tp); });
  auto& all = member_.on_revoked(held);
  compat::post(manager_, assignments_revoked{all.id, all.partitions, x.lost});
  if (!x.lost)
    send_parked(); // before the last commit of what is given back
  else if (fence_.must_replace_client())
    renew_client();
  else
    answer(fence_.abort(core::commit_fence::refusal::lost));
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
  auto ours = fence_.on_answered(x.token);
  if (!ours)
    return;
  answer(std::move(ours), x);
  if (x.failure)
    ends_with(x.failure);
}

void group_coordinator_state::on_event(const kafka::client_error& x) {
  if (x.no_broker_left)
    outage_.begin();
  publish(x.what);
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

// -- what it does -------------------------------------------------------------

std::function<void()> group_coordinator_state::make_waker() {
  return [handle = handle_, woken = woken_] {
    if (!woken->exchange(true))
      handle->post(client_ready{});
  };
}

bool group_coordinator_state::open() {
  auto made = make_client_(make_waker());
  auto failure = made ? (*made)->subscribe(options_->config.topics)
                      : made.failure();
  if (made)
    client_ = std::move(*made);
  if (!failure)
    return true;
  self_->quit(make_error(failure.code, failure.text));
  return false;
}

/// The old one is never closed: librdkafka may keep a commit and send it under
/// its next generation, and a member that was forgotten goes on where it stood.
/// Only without connections it cannot.
void group_coordinator_state::renew_client() {
  assignments_revoked all{member_.on_client_replaced(), fence_.held(), true};
  answer(fence_.abort(core::commit_fence::refusal::lost));
  fence_.release(all.partitions);
  compat::post(manager_, std::move(all));
  answer_ends({}); // the old client will not
  client_->cut_off();
  bury(kafka::farewell::none, false);
  open();
}

/// What left has the broker's word, by partition or as a whole.
void group_coordinator_state::answer(
  std::optional<core::commit_fence::answer> x,
  const kafka::commit_answered& broker) {
  if (!x)
    return;
  std::map<topic_partition, kafka::error> failures;
  for (auto& entry : broker.entries)
    failures.emplace(entry.what.tp, entry.failure);
  commit_result result{x->id, {}};
  for (auto& [what, why] : x->entries) {
    auto failure = error_of(why);
    if (why == core::commit_fence::refusal::none) {
      auto i = failures.find(what.tp);
      failure = i == failures.end() ? broker.failure : i->second;
    }
    result.entries.push_back({what.tp, what.generation, what.offset,
                              std::move(failure), what.note.metadata});
  }
  compat::post(manager_, std::move(result));
}

void group_coordinator_state::publish(const kafka::error& x) {
  if (outage_.is_new(x.text, now()))
    compat::post(manager_, client_failure{x});
}

void group_coordinator_state::on_answer() {
  if (outage_.end())
    compat::post(manager_, client_recovered{});
}

time_point group_coordinator_state::now() const {
  return compat::now(self_);
}

bool group_coordinator_state::ends_with(const kafka::error& x) {
  if (!x.fatal && !is_permanent(x.code))
    return false;
  auto code = x.code == errc::none ? errc::client_fatal : x.code;
  self_->quit(make_error(code, x.text));
  return true;
}

} // namespace cafka::actors
