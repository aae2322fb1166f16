#include "actors/group_producer/group_producer.hpp"

#include "actors/client_reaper/client_reaper.hpp"

#include <algorithm>
#include <utility>

namespace cafka::actors {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds tick{1'000};

/// A producer has no farewell; see `kafka::mortal_client::end_grace` for the
/// rest.
constexpr milliseconds farewell_limit{0};

std::string text_of(const topic_partition& tp, offset_t offset) {
  return tp.topic + "-" + std::to_string(tp.partition) + "@"
         + std::to_string(offset);
}

/// Which record it is of.
kafka::error with_topic(kafka::error x, const std::string& topic) {
  if (x && x.text.find(topic) == std::string::npos)
    x.text = "topic " + topic + ": " + x.text;
  return x;
}

kafka::error closed() {
  kafka::error result;
  result.code = errc::timed_out;
  result.text = "the producer was closed before the report came";
  return result;
}

} // namespace

group_producer_state::group_producer_state(
  base* self, std::shared_ptr<const group_options> options,
  group_producer_settings settings, listener to,
  kafka::writer_factory make_client, std::function<void()> on_closed)
  : self_(self),
    options_(std::move(options)),
    settings_(std::move(settings)),
    to_(std::move(to)),
    reaper_(self->system().spawn<client_reaper>(options_, std::move(on_closed),
                                                farewell_limit)),
    handle_(std::make_shared<compat::closable_handle<group_producer_actor>>(
      group_producer_actor{self})),
    woken_(std::make_shared<std::atomic<bool>>(false)),
    box_(outbox_settings(std::move(make_client))),
    topics_(box_, {settings_.create, settings_.replication}) {
  compat::ignore_error_messages(self_);
  compat::on_exception(self_, [](const std::string& text) {
    return make_error(errc::other_client_error, text);
  });
}

group_producer_state::~group_producer_state() {
  handle_->close();
  compat::post(reaper_,
               bury_client{box_.release(), kafka::farewell::none, true, false});
}

outbox::settings
group_producer_state::outbox_settings(kafka::writer_factory make_client) {
  outbox::settings result;
  result.make_client = std::move(make_client);
  result.wake = [handle = handle_, woken = woken_] {
    if (!woken->exchange(true))
      handle->post(producer_ready{});
  };
  result.bury = [reaper = reaper_](std::shared_ptr<kafka::record_writer> x) {
    compat::post(reaper, bury_client{std::move(x), kafka::farewell::none, false,
                                     false});
  };
  result.log = [options = options_](const kafka::log_line& x) {
    options->log({x.level, options->config.group, x.facility, x.text});
  };
  result.timeout = settings_.timeout;
  return result;
}

group_producer_actor::behavior_type group_producer_state::make_behavior() {
  return {
    [this](const write_dead_letter& x) { on_write(x); },
    [this](const write_outputs& x) { on_write(x); },
    [this](const check_letter_topics& x) { on_check(x); },
    [this](const close_producer& x) { on_close(x); },
    [this](ping) {
      if (to_.alive)
        to_.alive();
    },
    [this](producer_ready) { on_ready(); },
    [this](producer_tick x) { on_tick(x); },
  };
}

// -- messages -----------------------------------------------------------------

void group_producer_state::on_write(const write_dead_letter& x) {
  auto id = ++last_id_;
  auto source = x.record->topic();
  auto topic = core::dead_letter_topic(settings_.topic, options_->config.group,
                                       source);
  letter job{x, topic, now() + settings_.timeout + outbox::report_grace};
  job.what.why.group = options_->config.group;
  job.what.why.client = settings_.client;
  letters_.emplace(id, std::move(job));
  topics_.find(topic, source, now(),
               [this, id](const letter_topics::answer& y) {
                 if (y.failure)
                   end_letter(id, {}, y.failure);
                 else
                   send_letter(id, y.partitions);
               });
  keep_ticking();
}

void group_producer_state::on_write(const write_outputs& x) {
  auto id = ++last_id_;
  auto& job = outputs_[id];
  job.report = {x.token, 0, x.source, x.generation, -1, {}, {}};
  job.open = x.outputs.size() + 1;
  for (auto& y : x.outputs)
    box_.send(y, false, now(),
              [this, id](auto& z) { on_output_written(id, z); });
  on_output_written(id, {}); // there may be none
  keep_ticking();
}

void group_producer_state::on_check(const check_letter_topics& x) {
  auto open = std::make_shared<std::size_t>(x.sources.size() + 1);
  auto result = std::make_shared<letter_topics_checked>();
  result->token = x.token;
  auto note = [this, open, result](const letter_topics::answer& y) {
    // One that is missing ends the group, whatever is wrong with others.
    if (y.failure && (!result->failure || (y.missing && !result->missing))) {
      result->failure = y.failure;
      result->missing = y.missing;
    }
    if (--*open == 0)
      to_.checked(*result);
  };
  for (auto& source : x.sources)
    topics_.find(core::dead_letter_topic(settings_.topic,
                                         options_->config.group, source),
                 source, now(), note);
  note({});
  keep_ticking();
}

void group_producer_state::on_ready() {
  woken_->store(false);
  if (!box_.take_events(now()))
    compat::post(group_producer_actor{self_}, producer_ready{});
  end_if_closed();
}

void group_producer_state::on_tick(producer_tick x) {
  if (x.last) {
    finish();
    return;
  }
  ticking_ = false;
  end_overdue_letters();
  topics_.look(now());
  box_.look(now());
  keep_ticking();
  end_if_closed();
}

void group_producer_state::on_close(const close_producer& x) {
  closing_ = true;
  compat::send_after(self_, group_producer_actor{self_}, x.limit,
                     producer_tick{true});
  end_if_closed();
}

// -- dead letters -------------------------------------------------------------

void group_producer_state::send_letter(std::uint64_t id,
                                       partition_t partitions) {
  auto i = letters_.find(id);
  if (i == letters_.end())
    return; // it was out of time
  auto& x = i->second;
  core::dead_letter_form form{x.topic, partitions, settings_.copy_headers,
                              settings_.style};
  auto record = core::make_dead_letter(x.what.record->view(), x.what.why, form,
                                       settings_.wall_clock(), x.shrunk);
  x.sent = box_.send(std::move(record), true, now(),
                     [this, id](auto& y) { on_letter_written(id, y); });
}

void group_producer_state::on_letter_written(std::uint64_t id,
                                             const kafka::record_written& x) {
  auto i = letters_.find(id);
  if (i == letters_.end())
    return;
  auto& job = i->second;
  if (!x.failure) {
    end_letter(id, text_of(x.where, x.offset), {});
    return;
  }
  if (x.failure.too_large && !std::exchange(job.shrunk, true)) {
    topics_.find(job.topic, job.what.record->topic(), now(),
                 [this, id](auto& y) { send_letter(id, y.partitions); });
    return;
  }
  topics_.forget(job.topic); // its partitions or our rights may change
  end_letter(id, {}, x.failure);
}

void group_producer_state::end_letter(std::uint64_t id, std::string where,
                                      kafka::error failure) {
  auto node = letters_.extract(id);
  if (!node)
    return;
  auto& x = node.mapped();
  auto record = x.what.record->view();
  to_.report({x.what.token,
              0,
              {record.topic(), record.partition()},
              record.generation(),
              record.offset(),
              std::move(where),
              with_topic(std::move(failure), x.topic)});
}

/// While no broker answers nothing else ends them.
void group_producer_state::end_overdue_letters() {
  std::vector<std::uint64_t> overdue;
  for (auto& [id, x] : letters_)
    if (now() >= x.deadline)
      overdue.push_back(id);
  for (auto id : overdue) {
    auto& x = letters_.at(id);
    box_.cancel(x.sent);
    kafka::error failure{errc::timed_out,
                         "no delivery report within "
                           + std::to_string(settings_.timeout.count()) + " ms"};
    if (auto cause = topics_.last_failure(x.topic); x.sent == 0 && cause)
      failure = cause;
    end_letter(id, {}, std::move(failure));
  }
}

// -- outputs ------------------------------------------------------------------

void group_producer_state::on_output_written(std::uint64_t id,
                                             const kafka::record_written& x) {
  auto i = outputs_.find(id);
  if (i == outputs_.end())
    return;
  auto& job = i->second;
  if (x.failure && !job.report.failure)
    job.report.failure = with_topic(x.failure, x.where.topic);
  if (--job.open > 0)
    return;
  auto report = std::move(job.report);
  outputs_.erase(i);
  to_.report(std::move(report));
}

// -- the end ------------------------------------------------------------------

void group_producer_state::end_if_closed() {
  if (closing_ && letters_.empty() && outputs_.empty())
    self_->quit(caf::exit_reason::user_shutdown);
}

void group_producer_state::finish() {
  box_.fail_all(closed());
  while (!letters_.empty())
    end_letter(letters_.begin()->first, {}, closed());
  self_->quit(caf::exit_reason::user_shutdown);
}

void group_producer_state::keep_ticking() {
  auto is_idle = letters_.empty() && outputs_.empty() && !topics_.busy();
  if (is_idle || std::exchange(ticking_, true))
    return;
  compat::send_after(self_, group_producer_actor{self_}, tick, producer_tick{});
}

time_point group_producer_state::now() const {
  return compat::now(self_);
}

} // namespace cafka::actors
