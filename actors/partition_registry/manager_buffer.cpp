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

// -- for whom it is read by ------------------------------------------------------------

void manager_buffer::read_by(std::function<void()> wake) {
  wake_function now;
  {
    std::lock_guard guard{mutex_};
    wake_ = std::make_shared<const std::function<void()>>(std::move(wake));
    awake_ = false;
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
  awake_ = false;
}

// -- for any thread ----------------------------------------------------------------------

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
  wake_function wake;
  {
    std::lock_guard guard{mutex_};
    contents_.is_urgent = true;
    items_.emplace_back(x);
    wake = to_wake();
  }
  call(wake);
}

void manager_buffer::put(delivery_report x) {
  wake_function wake;
  {
    std::lock_guard guard{mutex_};
    contents_.is_urgent = contents_.is_urgent || is_urgent(x);
    items_.emplace_back(std::move(x));
    wake = to_wake();
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

/// Whom to wake when the lock is released; null: it is awake.
auto manager_buffer::to_wake() -> wake_function {
  return std::exchange(awake_, true) ? nullptr : wake_;
}

} // namespace cafka::actors
