#include "actors/client_reaper/client_reaper.hpp"

#include <utility>

namespace cafka::actors {

client_reaper_state::client_reaper_state(
  base* self, std::shared_ptr<const group_options> options,
  std::function<void()> on_closed, std::chrono::milliseconds limit)
  : self_(self),
    options_(std::move(options)),
    on_closed_(std::move(on_closed)),
    limit_(limit),
    handle_(std::make_shared<compat::closable_handle<reaper_actor>>(
      reaper_actor{self})) {
  compat::ignore_error_messages(self_);
}

client_reaper_state::~client_reaper_state() {
  handle_->close();
  send_closed();
}

reaper_actor::behavior_type client_reaper_state::make_behavior() {
  return {
    [this](const bury_client& x) { on_bury(x); },
    [this](const client_gone& x) { on_gone(x); },
    [this](client_overdue x) { on_overdue(x); },
  };
}

void client_reaper_state::on_bury(const bury_client& x) {
  auto number = ++count_;
  if (x.last)
    last_ = number;
  if (!x.client) {
    forget(number);
    return;
  }
  ending_[number] = {{}, x.how, x.member};
  ending_[number].cut_off = x.client->end(
    x.how, limit_, [handle = handle_, number](kafka::client_ended how) {
      handle->post(client_gone{number, how});
    });
  compat::send_after(self_, reaper_actor{self_},
                     limit_ + kafka::client::end_grace, client_overdue{number});
}

void client_reaper_state::on_gone(const client_gone& x) {
  auto i = ending_.find(x.number);
  if (i == ending_.end())
    return; // it took long
  if (x.how.listed && i->second.how == kafka::farewell::leave)
    log("the group did not let the member go: it lists it until the session is "
        "over, session-timeout-ms = "
        + std::to_string(x.how.session.count()));
  forget(x.number);
}

/// Without connections it can do no harm to what comes after it.
void client_reaper_state::on_overdue(client_overdue x) {
  auto i = ending_.find(x.number);
  if (i == ending_.end())
    return;
  i->second.cut_off();
  log("the client has not ended after "
      + std::to_string((limit_ + kafka::client::end_grace).count())
      + " ms: it is left behind without connections"
      + (i->second.member ? ", and the group may list the member until its "
                            "session is over"
                          : ""));
  forget(x.number);
}

void client_reaper_state::forget(std::uint64_t number) {
  ending_.erase(number);
  if (last_ == number)
    send_closed();
  if (last_ && ending_.empty())
    self_->quit();
}

void client_reaper_state::send_closed() {
  if (auto tell = std::exchange(on_closed_, nullptr))
    tell();
}

void client_reaper_state::log(const std::string& text) {
  options_->log({log_record::warning, options_->config.group, "CLIENT", text});
}

} // namespace cafka::actors
