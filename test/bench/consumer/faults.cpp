#include "bench/consumer/faults.hpp"

#include <algorithm>

namespace cafka::bench {

bool bench_faults::take(const message_batch& x) {
  auto now = bench_tally::clock::now();
  std::lock_guard guard{mutex_};
  delivered_ += x.size();
  if (x[0].delivery_count() > 1)
    redelivered_ += x.size();
  topic_partition tp{x.topic(), x.partition()};
  if (open_ && open_->tp == tp && open_->offset == x.first_offset()) {
    delays_.push_back(now - open_->when);
    open_.reset();
  }
  if (left_ == 0 || open_ || delivered_ < next_)
    return false;
  --left_;
  next_ = delivered_ + at_;
  open_ = failure{tp, x.first_offset(), bench_tally::clock::now()};
  return true;
}

auto bench_faults::delays() const -> std::vector<duration> {
  std::lock_guard guard{mutex_};
  auto result = delays_;
  std::sort(result.begin(), result.end());
  return result;
}

std::uint64_t bench_faults::redelivered() const {
  std::lock_guard guard{mutex_};
  return redelivered_;
}

} // namespace cafka::bench
