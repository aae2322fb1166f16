#pragma once

#include <cafka/types.hpp>

#include <cstdint>
#include <deque>
#include <vector>

namespace cafka::demo {

/// What was sent to one partition and is not yet reported, handled and
/// committed, all three: the memory of the demo is bounded by what the producer
/// may be ahead of the commits, whatever the size of the input.
///
/// Offsets are expected: the topic is new and the producer keeps the order, so
/// that the n-th record lies at n. Its delivery reports have to confirm that.
class record_window {
public:
  struct record {
    std::uint64_t line = 0; ///< number in the input, from 1
    std::uint64_t fingerprint = 0;
    std::uint32_t size_bytes = 0;
    bool reported = false;
    bool handled = false;
  };
  enum class verdict { as_sent, differs, unknown };

  void sent(const record& x);
  /// The last one was not sent after all.
  void take_back();
  /// False: another line should lie there.
  bool reported(offset_t at, std::uint64_t line);
  /// `unknown`: nothing was sent there, or it was committed long ago.
  verdict handled(offset_t at, std::uint64_t fingerprint);
  /// The broker confirmed that everything below `next` is committed.
  void committed(offset_t next);

  offset_t end() const noexcept {
    return base_ + static_cast<offset_t>(records_.size());
  }
  offset_t committed() const noexcept {
    return committed_;
  }
  std::uint64_t handled_count() const noexcept {
    return handled_count_;
  }
  std::uint64_t uncommitted_bytes() const noexcept {
    return uncommitted_bytes_;
  }
  /// Of what was sent; 0: unknown.
  std::uint64_t line_at(offset_t at) const noexcept;
  /// Records whose delivery was never reported.
  struct leftover {
    offset_t at = 0;
    std::uint64_t line = 0;
  };
  std::vector<leftover> unreported() const;
  /// Chained fingerprints of the records that were handled, in their order.
  std::uint64_t content() const;

private:
  record* find(offset_t at) noexcept;
  void settle();

  std::deque<record> records_;
  offset_t base_ = 0; // of the first in `records_`
  offset_t committed_ = 0;
  std::uint64_t handled_count_ = 0;
  std::uint64_t uncommitted_bytes_ = 0;
  std::uint64_t content_ = 0; // of those below `base_`
};

} // namespace cafka::demo
