#pragma once

#include "actors/messages.hpp"

#include <caf/mailbox_element.hpp>

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace cafka::actors {

/// Acks on their way to a supervisor. They are put here by the thread that
/// sends them, what is of one partition together: one by one through the mailbox
/// they would cost the supervisor more than the manager. Thread safe.
class ack_buffer {
public:
  /// True: nothing waited, so that the owner is to be told. Nobody hears of an
  /// ack that comes when it is closed, as of any message to an actor that ended.
  bool put(const ack& x) {
    return put(x, true, {&x.offset, 1});
  }
  bool put(const ack_individual& x) {
    return put(x, false, x.offsets);
  }

  /// In acks.
  std::size_t size() const {
    std::lock_guard guard{mutex_};
    return size_;
  }

  std::vector<ack_series> take() {
    std::lock_guard guard{mutex_};
    size_ = 0;
    return std::exchange(series_, {});
  }

  void close() {
    std::lock_guard guard{mutex_};
    closed_ = true;
    size_ = 0;
    series_.clear();
  }

private:
  /// An ack is looked for its like in the last so many series: a few threads
  /// send at the same time, each acks of one partition for a while.
  static constexpr std::ptrdiff_t senders = 4;

  template <class Ack>
  bool put(const Ack& x, bool cumulative, std::span<const offset_t> offsets) {
    std::lock_guard guard{mutex_};
    if (closed_)
      return false;
    auto* to = last_of(x.topic, x.partition);
    auto is_like = to && to->generation == x.generation
                   && to->cumulative == cumulative && offsets.size() == 1
                   && to->acks == to->offsets.size();
    if (!is_like)
      to = &series_.emplace_back(
        ack_series{{x.topic, x.partition}, x.generation, cumulative, 0, {}});
    to->offsets.insert(to->offsets.end(), offsets.begin(), offsets.end());
    ++to->acks;
    return ++size_ == 1;
  }

  ack_series* last_of(const std::string& topic, partition_t partition) {
    auto end = series_.rbegin() + std::min(std::ssize(series_), senders);
    auto i = std::find_if(series_.rbegin(), end, [&](const ack_series& x) {
      return x.tp.partition == partition && x.tp.topic == topic;
    });
    return i == end ? nullptr : &*i;
  }

  mutable std::mutex mutex_; // guards everything below
  std::vector<ack_series> series_;
  std::size_t size_ = 0;
  bool closed_ = false;
};

/// If the message is an ack that wants no answer it is put into `to`, and
/// returned is what that told.
inline std::optional<bool> put_ack(const caf::mailbox_element& x,
                                   ack_buffer& to) {
  auto& content = x.content();
  if (!x.mid.is_async())
    return std::nullopt;
  if (content.match_elements<ack>())
    return to.put(content.get_as<ack>(0));
  if (content.match_elements<ack_individual>())
    return to.put(content.get_as<ack_individual>(0));
  return std::nullopt;
}

} // namespace cafka::actors
