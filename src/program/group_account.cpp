#include "program/group_account.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cafka::app {

namespace {

void add(partition_account& to, const message_batch& x) {
  to.records += x.size();
  for (auto r : x) {
    to.bytes += r.size_bytes();
    to.again += r.delivery_count() > 1 ? 1 : 0;
  }
}

void begin_anew(partition_account& to, const event& x) {
  to.begin = x.offset;
  to.generation = x.generation;
  to.acked = -1;
  to.given_back = -1;
  to.standstill.clear();
}

/// An incarnation of the group that ended out of order told nothing of its
/// partitions.
void give_back_all(group_facts& x) {
  for (auto& [tp, p] : x.partitions) {
    if (p.given_back < 0)
      p.given_back = p.acked;
    p.standstill.clear();
  }
}

/// What is not as it should be; empty: nothing.
std::string complaints(const partition_account& x) {
  std::string result;
  if (!x.standstill.empty())
    result = fmt::format(
      "it stood still{}: {}",
      x.given_back < 0 ? "" : fmt::format(" at offset {}", x.given_back),
      x.standstill);
  if (x.comes_again())
    result += fmt::format("{}acked up to {}, not committed: it comes again",
                          result.empty() ? "" : "; ", x.given_back - 1);
  return result;
}

std::int64_t number(std::uint64_t x) {
  return static_cast<std::int64_t>(x);
}

core::log_line partition_line(const std::string& group,
                              const topic_partition& tp,
                              const partition_account& x) {
  core::log_line result{.group = group,
                        .partition = to_string(tp),
                        .event = "summary",
                        .fields = {{"records", number(x.records)}},
                        .text = complaints(x)};
  if (x.committed >= 0)
    result.fields.emplace_back("committed", x.committed);
  if (!result.text.empty())
    result.level = core::log_level::warning;
  return result;
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
      begin_anew(facts_.partitions[x.tp], x);
      return;
    case event_kind::revoked:
      facts_.partitions[x.tp].given_back = x.offset;
      if (!stopping_)
        facts_.partitions[x.tp].standstill.clear();
      return;
    case event_kind::lost:
      facts_.partitions[x.tp].given_back = x.offset;
      facts_.partitions[x.tp].standstill.clear();
      return;
    case event_kind::committed:
      ++facts_.commits;
      facts_.partitions[x.tp].committed = x.offset;
      return;
    case event_kind::worker_exhausted:
      facts_.partitions[x.tp].standstill = to_string(x.code) + ": " + x.text;
      return;
    case event_kind::worker_restarted:
      ++facts_.worker_restarts;
      return;
    case event_kind::group_restarted:
      ++facts_.group_restarts;
      give_back_all(facts_);
      return;
    default:
      return;
  }
}

void group_account::on_handled(const message_batch& x) {
  std::lock_guard guard{mutex_};
  add(facts_.total, x);
  auto& to = facts_.partitions[{x.topic(), x.partition()}];
  add(to, x);
  if (x.generation() == to.generation)
    to.acked = std::max(to.acked, x.last_offset() + 1);
}

void group_account::on_stop() {
  std::lock_guard guard{mutex_};
  stopping_ = true;
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

bool all_go_on(const group_facts& x) {
  return std::all_of(x.partitions.begin(), x.partitions.end(),
                     [](auto& p) { return p.second.standstill.empty(); });
}

std::vector<core::log_line> summary_lines(const std::string& name,
                                          const std::string& group,
                                          const group_facts& x) {
  std::vector<core::log_line> result{
    {.group = group,
     .event = "summary",
     .fields = {{"name", name},
                {"records", number(x.total.records)},
                {"bytes", number(x.total.bytes)},
                {"again", number(x.total.again)},
                {"commits", number(x.commits)},
                {"worker_restarts", number(x.worker_restarts)},
                {"group_restarts", number(x.group_restarts)}}}};
  for (auto& [tp, p] : x.partitions)
    result.push_back(partition_line(group, tp, p));
  return result;
}

} // namespace cafka::app
