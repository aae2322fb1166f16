#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace cafka::demo {

/// What one check found wrong: how much, and the first few in words.
class findings {
public:
  void add(std::string x) {
    // More would not help a reader.
    constexpr std::uint64_t told_max = 3;
    if (++count_ <= told_max)
      text_ += (text_.empty() ? "" : "; ") + std::move(x);
    else if (count_ == told_max + 1)
      text_ += "; …";
  }
  void add(const findings& x) {
    if (x.count_ == 0)
      return;
    count_ += x.count_;
    text_ += (text_.empty() ? "" : "; ") + x.text_;
  }
  bool empty() const noexcept {
    return count_ == 0;
  }
  std::uint64_t count() const noexcept {
    return count_;
  }
  const std::string& text() const noexcept {
    return text_;
  }

private:
  std::uint64_t count_ = 0;
  std::string text_;
};

} // namespace cafka::demo
