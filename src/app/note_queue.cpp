#include "app/note_queue.hpp"

#include <fmt/format.h>

#include <utility>

namespace cafka::app {

void note_queue::add(std::string line) {
  std::lock_guard guard{mutex_};
  // After a drop the queue is emptied first, so that the count of what was
  // dropped stands where it was.
  if (lines_.size() < lines_max && dropped_ == 0)
    lines_.push_back(std::move(line));
  else
    ++dropped_;
}

std::optional<std::string> note_queue::next() {
  std::lock_guard guard{mutex_};
  if (!lines_.empty()) {
    auto result = std::move(lines_.front());
    lines_.pop_front();
    return result;
  }
  if (auto n = std::exchange(dropped_, 0); n > 0)
    return fmt::format("{} lines were dropped: nobody took them in time", n);
  return std::nullopt;
}

} // namespace cafka::app
