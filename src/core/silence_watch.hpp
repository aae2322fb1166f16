#pragma once

#include <cafka/types.hpp>

#include <chrono>
#include <cstdint>

namespace cafka::core {

/// Of something that tells now and then: when it told nothing for so long that
/// a sign of life is due. Looked at with the count of what was told so far.
class silence_watch {
public:
  /// Who looks at a log sees within a minute that it goes on.
  static constexpr auto most = std::chrono::minutes{1};

  explicit silence_watch(time_point start) : since_(start) {
  }

  /// True: nothing was told for `most`; and again when it is over once more.
  bool look(std::uint64_t told, time_point now) noexcept {
    auto is_due = told == told_ && now - since_ >= most;
    if (told != told_ || is_due)
      since_ = now;
    told_ = told;
    return is_due;
  }

private:
  std::uint64_t told_ = 0;
  time_point since_;
};

} // namespace cafka::core
