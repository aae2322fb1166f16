#include "demo/window.hpp"

#include "demo/keys.hpp"

#include <algorithm>

namespace cafka::demo {

void record_window::sent(const record& x) {
  records_.push_back(x);
  uncommitted_bytes_ += x.size_bytes;
}

void record_window::take_back() {
  uncommitted_bytes_ -= records_.back().size_bytes;
  records_.pop_back();
}

bool record_window::reported(offset_t at, std::uint64_t line) {
  auto* x = find(at);
  if (x == nullptr || x->line != line)
    return false;
  x->reported = true;
  settle();
  return true;
}

record_window::verdict record_window::handled(offset_t at,
                                              std::uint64_t fingerprint) {
  auto* x = find(at);
  if (x == nullptr)
    return verdict::unknown;
  if (x->fingerprint != fingerprint)
    return verdict::differs;
  if (!x->handled) {
    x->handled = true;
    ++handled_count_;
  }
  settle();
  return verdict::as_sent;
}

void record_window::committed(offset_t next) {
  for (next = std::min(next, end()); committed_ < next; ++committed_)
    uncommitted_bytes_ -= find(committed_)->size_bytes;
  settle();
}

std::uint64_t record_window::line_at(offset_t at) const noexcept {
  if (at < base_ || at >= end())
    return 0;
  return records_[static_cast<std::size_t>(at - base_)].line;
}

std::vector<record_window::leftover> record_window::unreported() const {
  std::vector<leftover> result;
  auto at = base_;
  for (auto& x : records_) {
    if (!x.reported)
      result.push_back({at, x.line});
    ++at;
  }
  return result;
}

std::uint64_t record_window::content() const {
  auto result = content_;
  for (auto& x : records_)
    if (x.handled)
      result = chain(result, x.fingerprint);
  return result;
}

record_window::record* record_window::find(offset_t at) noexcept {
  if (at < base_ || at >= end())
    return nullptr;
  return &records_[static_cast<std::size_t>(at - base_)];
}

/// Forgets what nothing can happen to any more.
void record_window::settle() {
  while (base_ < committed_ && records_.front().handled
         && records_.front().reported) {
    content_ = chain(content_, records_.front().fingerprint);
    records_.pop_front();
    ++base_;
  }
}

} // namespace cafka::demo
