#include "actors/record_producer/record_producer.hpp"

#include "actors/client_reaper/client_reaper.hpp"

#include <utility>

namespace cafka::actors {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds tick{1'000};
constexpr milliseconds farewell_limit{0}; // a producer has none

} // namespace

record_producer_state::record_producer_state(
  base* self, std::shared_ptr<const group_options> options,
  milliseconds timeout, kafka::writer_factory make_client)
  : self_(self),
    options_(std::move(options)),
    reaper_(self->system().spawn<client_reaper>(
      options_, [] {}, farewell_limit)),
    handle_(std::make_shared<compat::closable_handle<record_producer_actor>>(
      record_producer_actor{self})),
    woken_(std::make_shared<std::atomic<bool>>(false)),
    box_(outbox_settings(timeout, std::move(make_client))) {
  compat::ignore_error_messages(self_);
  compat::on_exit_msg(self_, [this](caf::exit_msg&) { begin_end(); });
}

record_producer_state::~record_producer_state() {
  handle_->close();
  compat::post(reaper_,
               bury_client{box_.release(), kafka::farewell::none, true, false});
}

outbox::settings
record_producer_state::outbox_settings(milliseconds timeout,
                                       kafka::writer_factory make_client) {
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
  result.timeout = timeout;
  return result;
}

record_producer_actor::behavior_type record_producer_state::make_behavior() {
  return {
    [this](const produce& x) { return on_produce(x); },
    [this](producer_ready) { on_ready(); },
    [this](producer_tick) { on_tick(); },
  };
}

caf::result<produced> record_producer_state::on_produce(const produce& x) {
  auto promise = self_->make_response_promise<produced>();
  if (ending_) {
    promise.deliver(
      make_error(errc::other_client_error, "the producer was told to end"));
    return promise;
  }
  box_.send(x.record, false, now(),
            [promise](const kafka::record_written& y) mutable {
              if (y.failure)
                promise.deliver(make_error(y.failure.code, y.failure.text));
              else
                promise.deliver(produced{y.where, y.offset});
            });
  if (!std::exchange(ticking_, true))
    compat::send_after(self_, record_producer_actor{self_}, tick,
                       producer_tick{});
  return promise;
}

void record_producer_state::on_ready() {
  woken_->store(false);
  if (!box_.take_events(now()))
    compat::post(record_producer_actor{self_}, producer_ready{});
  end_if_told();
}

void record_producer_state::on_tick() {
  ticking_ = !box_.empty();
  if (ticking_)
    compat::send_after(self_, record_producer_actor{self_}, tick,
                       producer_tick{});
  box_.look(now());
  end_if_told();
}

/// Each of what is open is reported in time, or overdue.
void record_producer_state::begin_end() {
  ending_ = true;
  end_if_told();
}

void record_producer_state::end_if_told() {
  if (ending_ && box_.empty())
    self_->quit(caf::exit_reason::user_shutdown);
}

time_point record_producer_state::now() const {
  return compat::now(self_);
}

} // namespace cafka::actors
