#pragma once

#include "core/repeat_filter.hpp"

#include <chrono>
#include <string_view>

namespace cafka::actors {

/// Knows whether the client is without any broker, and which of its errors are
/// news: librdkafka repeats what lasts.
class outage_watch {
public:
  bool is_new(std::string_view text, time_point now) {
    return filter_.passes(text, now);
  }
  /// No broker is left.
  void begin() noexcept {
    lasts_ = true;
  }
  bool lasts() const noexcept {
    return lasts_;
  }
  /// A broker answered. True: the outage is over; what follows is news.
  bool end() {
    if (!lasts_)
      return false;
    filter_.clear();
    lasts_ = false;
    return true;
  }

private:
  /// Twice the time after which librdkafka repeats an error that lasts.
  static constexpr auto quiet = std::chrono::seconds{60};

  core::repeat_filter filter_{quiet};
  bool lasts_ = false;
};

} // namespace cafka::actors
