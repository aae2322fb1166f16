#pragma once

#include <cafka/types.hpp>

#include <chrono>
#include <optional>

namespace cafka::core {

/// Of something that waits: when it is to be told, which is as it begins and
/// once a minute for as long as it lasts.
class wait_notice {
public:
  /// To be called now and then. True: tell it.
  bool look(bool waits, time_point now) noexcept {
    if (!waits) {
      next_.reset();
      return false;
    }
    if (next_ && now < *next_)
      return false;
    next_ = now + interval;
    return true;
  }

private:
  /// Often enough for who looks at a log, and far below what fills a disk.
  static constexpr auto interval = std::chrono::minutes{1};

  std::optional<time_point> next_;
};

} // namespace cafka::core
