#include "actors/partition_worker/delivery_window.hpp"

namespace cafka::actors {

bool delivery_window::free(core::volume x, offset_t delivered_to) {
  std::lock_guard guard{mutex_};
  if (delivered_to <= cleared_to_)
    return false;
  window_.free(x);
  return true;
}

void delivery_window::hold(bool on) {
  std::lock_guard guard{mutex_};
  is_held_ = on;
}

std::optional<core::flow_window> delivery_window::room() const {
  std::lock_guard guard{mutex_};
  if (is_held_ || !window_.open())
    return std::nullopt;
  return window_;
}

void delivery_window::add(core::volume x) {
  std::lock_guard guard{mutex_};
  window_.add(x);
}

void delivery_window::clear(offset_t delivered_to) {
  std::lock_guard guard{mutex_};
  cleared_to_ = delivered_to;
  window_.clear();
}

} // namespace cafka::actors
