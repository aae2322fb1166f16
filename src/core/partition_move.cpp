#include "core/partition_move.hpp"

#include <algorithm>

namespace cafka::core {

namespace {

using kind = target_position::kind;

located_position failed(operation_result why, std::string text) {
  return {why, -1, std::move(text)};
}

std::string text_of(const offset_range& x) {
  return std::to_string(x.first) + " to " + std::to_string(x.last);
}

} // namespace

located_position locate(const target_position& to,
                        const position_facts& found) {
  if (!found.held)
    return failed(operation_result::position_unknown, found.failure);
  auto& held = *found.held;
  switch (to.what) {
    case kind::earliest:
      return {operation_result::done, held.first, {}};
    case kind::latest:
      return {operation_result::done, held.last, {}};
    case kind::time:
      return {operation_result::done,
              std::clamp(found.at_time.value_or(held.last), held.first,
                         held.last),
              {}};
    case kind::offset:
      break;
  }
  if (to.value < held.first || to.value > held.last)
    return failed(operation_result::out_of_range,
                  "offset " + std::to_string(to.value) + ": the broker has "
                    + text_of(held));
  return {operation_result::done, to.value, {}};
}

std::string wrong_with(const target_position& to) {
  if (to.what > kind::time)
    return "a position is an offset, earliest, latest or a time";
  auto has_value = to.what == kind::offset || to.what == kind::time;
  if (has_value && to.value < 0)
    return std::string{to.what == kind::offset ? "offset " : "time "}
           + std::to_string(to.value) + ": from 0";
  return {};
}

void partition_move::begin_drain(offset_t to, time_point deadline) noexcept {
  transition_to(state::draining);
  to_ = to;
  deadline_ = deadline;
}

void partition_move::begin_commit(cafka::generation g) noexcept {
  transition_to(state::committing);
  generation_ = g;
}

void partition_move::transition_to(state x) noexcept {
  state_ = x;
  deadline_.reset();
}

bool partition_move::is_answer(cafka::generation g,
                               offset_t offset) const noexcept {
  return state_ == state::committing && g == generation_ && offset == to_;
}

} // namespace cafka::core
