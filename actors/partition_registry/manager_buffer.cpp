#include "actors/partition_registry/manager_buffer.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace cafka::actors {

namespace {

/// An ack is looked for its like in the last so many items: a few threads send
/// at the same time, each acks of one partition for a while.
constexpr std::ptrdiff_t senders = 4;

bool is_of(const manager_buffer::item& x, const std::string& topic,
           partition_t partition) {
  if (auto* failed = std::get_if<nack>(&x))
    return failed->partition == partition && failed->topic == topic;
  auto* acks = std::get_if<ack_series>(&x);
  auto& tp = acks != nullptr ? acks->tp
                             : std::visit(
                               [](auto& y) -> auto& { return y.from.tp; },
                               std::get<delivery_report>(x));
  return tp.partition == partition && tp.topic == topic;
}

/// The manager is waited for.
bool is_urgent(const delivery_report& x) {
  if (auto* drained = std::get_if<source_drained>(&x))
    return drained->out_of_range;
  return std::holds_alternative<worker_ready>(x)
         || std::holds_alternative<incarnation_failed>(x)
         || std::holds_alternative<worker_drained>(x);
}

void call(const std::shared_ptr<const std::function<void()>>& wake) {
  if (wake)
    (*wake)();
}

} // namespace

// -- for whom it is read by ---------------------------------------------------

void manager_buffer::read_by(std::function<void()> wake) {
  wake_function now;
  {
    std::lock_guard guard{mutex_};
    wake_ = std::make_shared<const std::function<void()>>(std::move(wake));
    transition_to(reader::asleep);
    if (!items_.empty())
      now = to_wake();
  }
  call(now);
}

manager_buffer::contents manager_buffer::look() const {
  std::lock_guard guard{mutex_};
  return contents_;
}

void manager_buffer::take(std::vector<item>& to) {
  std::lock_guard guard{mutex_};
  contents_ = {};
  items_.swap(to);
}

void manager_buffer::take_and_sleep(std::vector<item>& to) {
  std::lock_guard guard{mutex_};
  contents_ = {};
  items_.swap(to);
  transition_to(reader::asleep);
}

std::optional<duration> manager_buffer::take_and_doze(std::vector<item>& to,
                                                      time_point now) {
  std::lock_guard guard{mutex_};
  contents_ = {};
  items_.swap(to);
  // The last time it dozed for as long, or was woken before that.
  auto keep_coming = !to.empty() && now - slept_at_ < 2 * doze_;
  slept_at_ = now;
  transition_to(keep_coming ? reader::dozing : reader::asleep);
  return keep_coming ? std::optional{doze_} : std::nullopt;
}

// -- for any thread -----------------------------------------------------------

template <class Ack>
void manager_buffer::put(const Ack& x, bool cumulative,
                         std::span<const offset_t> offsets) {
  wake_function wake;
  {
    std::lock_guard guard{mutex_};
    auto* to = offsets.size() == 1
                 ? alike(x.topic, x.partition, x.generation, cumulative)
                 : nullptr;
    if (to == nullptr)
      to = &std::get<ack_series>(items_.emplace_back(
        ack_series{{x.topic, x.partition}, x.generation, cumulative, 0, {}}));
    to->offsets.insert(to->offsets.end(), offsets.begin(), offsets.end());
    ++to->acks;
    ++contents_.acks;
    wake = to_wake();
  }
  call(wake);
}

void manager_buffer::put(const ack& x) {
  put(x, true, {&x.offset, 1});
}

void manager_buffer::put(const ack_individual& x) {
  put(x, false, x.offsets);
}

void manager_buffer::put(const nack& x) {
  put_report(x, true);
}

void manager_buffer::put(delivery_report x, bool is_waited_for) {
  auto urgent = is_waited_for || is_urgent(x);
  put_report(std::move(x), urgent);
}

void manager_buffer::put_report(item x, bool is_urgent) {
  wake_function wake;
  {
    std::lock_guard guard{mutex_};
    contents_.is_urgent = contents_.is_urgent || is_urgent;
    items_.push_back(std::move(x));
    wake = to_wake(!is_urgent);
  }
  call(wake);
}

/// The last item of the partition, where that is a series to which such an ack
/// of one offset may be added.
ack_series* manager_buffer::alike(const std::string& topic,
                                  partition_t partition, generation g,
                                  bool cumulative) {
  auto end = items_.rbegin() + std::min(std::ssize(items_), senders);
  auto i = std::find_if(items_.rbegin(), end, [&](const item& x) {
    return is_of(x, topic, partition);
  });
  auto* result = i == end ? nullptr : std::get_if<ack_series>(&*i);
  auto is_like = result != nullptr && result->generation == g
                 && result->cumulative == cumulative
                 && result->acks == result->offsets.size();
  return is_like ? result : nullptr;
}

/// Whom to wake when the lock is released; null: it is awake, or comes soon.
auto manager_buffer::to_wake(bool can_wait) -> wake_function {
  if (reader_ == reader::awake || (reader_ == reader::dozing && can_wait))
    return nullptr;
  transition_to(reader::awake);
  return wake_;
}

/// Under the lock.
void manager_buffer::transition_to(reader x) noexcept {
  reader_ = x;
}

} // namespace cafka::actors
