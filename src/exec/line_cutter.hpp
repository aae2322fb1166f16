#pragma once

#include <cafka/types.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace cafka::exec {

/// Cuts bytes into lines at `\n`. Keeps no more of a line than `max` bytes.
class line_cutter {
public:
  explicit line_cutter(std::size_t max) : max_(max) {
  }

  /// Calls `f(line, whole)` for each line that ends in `bytes`, and as soon as
  /// one is longer than `max`, with its begin and `whole` false; the rest of
  /// that one is left out.
  template <class F>
  void feed(std::string_view bytes, F f) {
    while (!bytes.empty()) {
      auto at = bytes.find('\n');
      auto ends = at != std::string_view::npos;
      add(bytes.substr(0, at), ends, f);
      bytes.remove_prefix(ends ? at + 1 : bytes.size());
    }
  }
  /// What stands behind the last newline.
  std::string_view rest() const noexcept {
    return begun_;
  }

private:
  template <class F>
  void add(std::string_view part, bool ends, F& f) {
    if (!skips_) {
      // Most lines come in one piece.
      auto line = begun_.empty() ? part : std::string_view{begun_ += part};
      if (line.size() > max_)
        f(line.substr(0, max_), false);
      else if (ends)
        f(line, true);
      else if (begun_.empty())
        begun_ = part;
      skips_ = line.size() > max_;
      if (ends || skips_)
        begun_.clear();
    }
    skips_ = skips_ && !ends;
  }

  std::size_t max_;
  std::string begun_;  // of the line that has not ended
  bool skips_ = false; // up to the next newline
};

/// How many lines of a program go to the log.
class line_budget {
public:
  static constexpr std::uint64_t lines_max = 100;
  static constexpr duration window = std::chrono::seconds{1};

  /// True: this one does.
  bool take(time_point now) noexcept {
    if (now >= begin_ + window) {
      begin_ = now;
      taken_ = 0;
    }
    auto fits = taken_ < lines_max;
    ++(fits ? taken_ : left_out_);
    return fits;
  }
  /// Lines that did not, since it was asked last, if the window is over.
  std::uint64_t left_out(time_point now) noexcept {
    if (left_out_ == 0 || now < begin_ + window)
      return 0;
    auto result = left_out_;
    left_out_ = 0;
    return result;
  }

private:
  time_point begin_{};
  std::uint64_t taken_ = 0;
  std::uint64_t left_out_ = 0;
};

} // namespace cafka::exec
