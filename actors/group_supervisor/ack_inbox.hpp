#pragma once

#include "actors/messages.hpp"

#include <caf/mailbox_element.hpp>

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace cafka::actors {

/// The ack in a message that wants no answer; nothing: it is something else.
inline std::optional<any_ack> ack_in(caf::mailbox_element& x) {
  auto take = [&x]<class T>(std::in_place_type_t<T>) -> any_ack {
#if CAFKA_CAF_017
    return x.content().template move_if_unshared<T>(0);
#else
    return std::move(
      x.payload.template get_mutable_as<T>(0)); // not the others'
#endif
  };
  if (!x.mid.is_async())
    return std::nullopt;
  if (x.content().template match_elements<ack>())
    return take(std::in_place_type<ack>);
  if (x.content().template match_elements<ack_individual>())
    return take(std::in_place_type<ack_individual>);
  return std::nullopt;
}

/// Acks on their way to a supervisor, in their order. They are put here by the
/// thread that sends them: one by one through the mailbox they would cost the
/// supervisor more than the manager. Thread safe.
class ack_inbox {
public:
  /// True: nothing waited, so that the owner is to be told. Nobody hears of an
  /// ack that comes when it is closed, as of any message to an actor that ended.
  bool put(any_ack x) {
    std::lock_guard guard{mutex_};
    if (closed_)
      return false;
    acks_.push_back(std::move(x));
    return acks_.size() == 1;
  }

  std::size_t size() const {
    std::lock_guard guard{mutex_};
    return acks_.size();
  }

  std::vector<any_ack> take() {
    std::vector<any_ack> result;
    result.reserve(taken_); // as many may come again
    {
      std::lock_guard guard{mutex_};
      result.swap(acks_);
    }
    taken_ = std::min(result.size(), reserved_max);
    return result;
  }

  void close() {
    std::lock_guard guard{mutex_};
    closed_ = true;
    acks_.clear();
  }

private:
  /// Of acks, so that one flood does not keep its memory.
  static constexpr std::size_t reserved_max = 1000;

  std::size_t taken_ = 0;    // last time; the owner's alone
  mutable std::mutex mutex_; // guards everything below
  std::vector<any_ack> acks_;
  bool closed_ = false;
};

} // namespace cafka::actors
