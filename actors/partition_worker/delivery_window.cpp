#include "actors/partition_worker/delivery_window.hpp"

#include <algorithm>

namespace cafka::actors {

bool delivery_window::free(core::volume x, offset_t delivered_to) {
  std::lock_guard guard{mutex_};
  if (delivered_to <= cleared_to_)
    return false;
  // What was withheld may have been cleared before anybody knew of it.
  auto used = window_.used();
  window_.free(
    {std::min(x.records, used.records), std::min(x.bytes, used.bytes)});
  return true;
}

void delivery_window::hold(bool on) {
  std::lock_guard guard{mutex_};
  is_held_ = on;
}

void delivery_window::pause(bool on) {
  std::lock_guard guard{mutex_};
  is_paused_ = on;
}

bool delivery_window::is_paused() const {
  std::lock_guard guard{mutex_};
  return is_paused_;
}

void delivery_window::count_exactly() {
  std::lock_guard guard{mutex_};
  is_exact_ = true;
}

void delivery_window::add_outputs(std::size_t bytes) {
  std::lock_guard guard{mutex_};
  is_exact_ = true;
  outputs_bytes_ += bytes;
}

void delivery_window::free_outputs(std::size_t bytes) {
  std::lock_guard guard{mutex_};
  outputs_bytes_ -= bytes;
}

std::optional<core::flow_window> delivery_window::room() const {
  std::lock_guard guard{mutex_};
  if (is_held_ || is_paused_ || outputs_bytes_ >= outputs_bytes_max_
      || !window_.open())
    return std::nullopt;
  return window_;
}

void delivery_window::add(core::volume x) {
  std::lock_guard guard{mutex_};
  window_.add(x);
}

void delivery_window::clear(offset_t delivered_to) {
  std::lock_guard guard{mutex_};
  if (is_exact_)
    return;
  cleared_to_ = delivered_to;
  window_.clear();
}

} // namespace cafka::actors
