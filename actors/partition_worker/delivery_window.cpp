#include "actors/partition_worker/delivery_window.hpp"

#include <utility>

namespace cafka::actors {

void delivery_window::begin(core::volume used) {
  std::lock_guard guard{mutex_};
  window_.add(used);
  counts_ = true;
}

void delivery_window::free(core::volume x, std::uint64_t full_acks) {
  std::function<void()> wake;
  {
    std::lock_guard guard{mutex_};
    if (!counts_ || full_acks != full_acks_)
      return;
    window_.free(x);
    wake = wake_;
  }
  if (wake)
    wake();
}

void delivery_window::on_freed(std::function<void()> wake) {
  std::lock_guard guard{mutex_};
  wake_ = std::move(wake);
}

core::flow_window delivery_window::room() const {
  std::lock_guard guard{mutex_};
  return window_;
}

void delivery_window::add(core::volume x) {
  std::lock_guard guard{mutex_};
  window_.add(x);
}

void delivery_window::clear() {
  std::lock_guard guard{mutex_};
  ++full_acks_;
  window_.clear();
}

} // namespace cafka::actors
