#include "app/group_account.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace cafka::app {

namespace {

void add(partition_account& to, const message_batch& x) {
  to.records += x.size();
  for (auto r : x) {
    to.bytes += r.size_bytes();
    to.again += r.delivery_count() > 1 ? 1 : 0;
  }
}

class counted_handler : public message_handler {
public:
  counted_handler(std::unique_ptr<message_handler> real,
                  std::shared_ptr<group_account> account)
    : real_(std::move(real)), account_(std::move(account)) {
  }
  handler_answer handle(const message_batch& batch) override {
    auto result = real_->handle(batch);
    if (result.what() == handler_answer::kind::ack)
      account_->on_handled(batch);
    return result;
  }
  void on_close(close_reason x) override {
    real_->on_close(x);
  }

private:
  std::unique_ptr<message_handler> real_;
  std::shared_ptr<group_account> account_;
};

} // namespace

void group_account::on_event(const event& x) {
  std::lock_guard guard{mutex_};
  switch (x.kind) {
    case event_kind::assigned:
    case event_kind::begin_resolved:
      facts_.partitions[x.tp].begin = x.offset;
      facts_.partitions[x.tp].given_back = -1;
      return;
    case event_kind::revoked:
      facts_.partitions[x.tp].given_back = x.offset;
      return;
    case event_kind::committed:
      ++facts_.commits;
      facts_.partitions[x.tp].committed = x.offset;
      return;
    case event_kind::worker_restarted:
      ++facts_.worker_restarts;
      return;
    case event_kind::group_restarted:
      ++facts_.group_restarts;
      return;
    default:
      return;
  }
}

void group_account::on_handled(const message_batch& x) {
  std::lock_guard guard{mutex_};
  add(facts_.total, x);
  add(facts_.partitions[{x.topic(), x.partition()}], x);
}

group_facts group_account::facts() const {
  std::lock_guard guard{mutex_};
  return facts_;
}

handler_factory counted(handler_factory make,
                        std::shared_ptr<group_account> account) {
  return [make = std::move(make),
          account = std::move(account)](const handler_context& x) {
    return std::make_unique<counted_handler>(make(x), account);
  };
}

bool all_is_committed(const group_facts& x) {
  return std::none_of(x.partitions.begin(), x.partitions.end(),
                      [](auto& p) { return p.second.comes_again(); });
}

std::string describe(const std::string& name, const group_facts& x) {
  auto result
    = fmt::format("group {}: {} records ({} bytes) handled, {} of them again; "
                  "{} commits, {} worker restarts, {} group restarts",
                  name, x.total.records, x.total.bytes, x.total.again,
                  x.commits, x.worker_restarts, x.group_restarts);
  for (auto& [tp, p] : x.partitions)
    fmt::format_to(std::back_inserter(result),
                   "\n  {}: {} records handled, committed offset {}{}",
                   to_string(tp), p.records,
                   p.committed < 0 ? "none" : std::to_string(p.committed),
                   p.comes_again()
                     ? fmt::format("; acked up to {}, not committed: it comes "
                                   "again",
                                   p.given_back - 1)
                     : "");
  return result;
}

} // namespace cafka::app
