#pragma once

#include "core/range_set.hpp"

#include <cafka/types.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace cafka::core {

/// Answers of one partition's handler calls, in the order of the calls. One
/// that has outputs counts when all their reports have come, and every later
/// one waits behind it; an output that cannot be written voids its answer and
/// those behind it.
///
/// An answer without outputs counts at once where the line is empty. Any other
/// stands in line, and counts when it is the first and all of its reports have
/// come. What counts or is void has left the line.
template <class Answer>
class answer_line {
public:
  using id_type = std::uint64_t;

  /// True: the next answer without outputs counts at once, and a successor may
  /// begin.
  bool empty() const noexcept {
    return items_.empty();
  }
  /// An answer that has to wait: it has outputs, or the line is not empty.
  /// `batch`: its records, which no explicit ack passes meanwhile. `outputs`
  /// reports with its id are to come, of `bytes` in all. Gives the id.
  id_type add(Answer x, offset_range batch, std::size_t outputs,
              std::size_t bytes) {
    items_.push_back({++last_id_, std::move(x), batch, outputs, bytes});
    bytes_ += bytes;
    return last_id_;
  }
  /// One of its outputs was written. Those that count now, in order; reports of
  /// answers that are void give nothing.
  std::vector<Answer> written(id_type id) {
    if (auto i = find(id); i != items_.end() && i->missing > 0)
      --i->missing;
    std::vector<Answer> result;
    while (!items_.empty() && items_.front().missing == 0) {
      bytes_ -= items_.front().bytes;
      result.push_back(std::move(items_.front().answer));
      items_.pop_front();
    }
    return result;
  }
  /// One of its outputs cannot be written. What is void now, in order, this one
  /// first; nothing: it was already.
  std::vector<Answer> failed(id_type id) {
    std::vector<Answer> result;
    auto first = find(id);
    for (auto i = first; i != items_.end(); ++i) {
      bytes_ -= i->bytes;
      result.push_back(std::move(i->answer));
    }
    items_.erase(first, items_.end());
    return result;
  }
  /// Records of the answers that wait.
  range_set records() const {
    range_set result;
    for (auto& x : items_)
      result.insert(x.batch);
    return result;
  }
  /// Of outputs whose answers wait.
  std::size_t bytes() const noexcept {
    return bytes_;
  }

private:
  struct item {
    id_type id;
    Answer answer;
    offset_range batch;
    std::size_t missing; // reports
    std::size_t bytes;
  };

  auto find(id_type id) {
    return std::ranges::find(items_, id, &item::id);
  }

  std::deque<item> items_;
  id_type last_id_ = 0;
  std::size_t bytes_ = 0;
};

} // namespace cafka::core
