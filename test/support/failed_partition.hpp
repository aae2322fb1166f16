#pragma once

#include "core/partition.hpp"

#include "support/catch.hpp"

#include <string>
#include <vector>

namespace cafka::test {

/// A partition whose records fail, driven as its manager does.
struct failed_partition {
  using action = core::failure_effect::action;
  using note = core::failure_note::kind;
  using offsets = std::vector<offset_t>;

  explicit failed_partition(core::failure_rules rules = {},
                            core::failure_row row = {})
    : machine(generation{1}, 0,
              {std::chrono::milliseconds{100}, std::chrono::seconds{30}, 1,
               std::chrono::minutes{10}},
              std::move(rules), row) {
    begin();
  }

  void begin() {
    machine.begin_incarnation();
    machine.ready();
  }
  /// The backoff is over, and the next incarnation begins.
  void begin_again() {
    REQUIRE(machine.state() == partition_state::backoff);
    now = *machine.next_try();
    REQUIRE(machine.backoff_over(machine.tracker()->position()));
    begin();
  }
  /// A call with the records `[first, last)` from the source.
  void deliver(offset_t first, offset_t last) {
    record_block::builder block;
    for (auto i = first; i < last; ++i)
      block.add(i, std::nullopt, "12345");
    machine.take({std::make_shared<core::delivery>(block.finish()), last});
    machine.call_begun(now, {first, last});
  }
  /// A call with what is to be delivered again; its offsets.
  offsets redeliver(offset_t after = -1) {
    offsets result;
    auto next = machine.next_redelivery(after);
    if (!next)
      return result;
    auto& block = *next->from->block;
    for (std::size_t i = 0; i < block.size(); ++i)
      if (next->indices.empty())
        result.push_back(block.offset_at(i));
    for (auto i : next->indices)
      result.push_back(block.offset_at(i));
    machine.call_begun(now, {result.front(), result.back() + 1});
    return result;
  }
  core::failed_call call_of(offset_t first, offset_t last,
                            std::optional<offset_t> at = {}) const {
    return {{first, last},
            static_cast<std::size_t>(last - first),
            at,
            {errc::handler_failed, "bad", "std::runtime_error"}};
  }
  core::failure_effect fail(offset_t first, offset_t last,
                            std::optional<offset_t> at = {}) {
    return machine.call_failed(call_of(first, last, at), now, 0);
  }
  core::failure_effect reject(offset_t first, offset_t last, offset_t at) {
    return machine.rejected(call_of(first, last, at), now, 0);
  }
  /// The record fails alone once more, with an incarnation before
  /// where one is due.
  core::failure_effect fail_again(offset_t x) {
    if (machine.state() == partition_state::backoff)
      begin_again();
    REQUIRE(redeliver().front() == x);
    return fail(x, x + 1, x);
  }
  core::failure_effect written(const core::dead_letter_order& x) {
    return machine.reported(x.id, std::nullopt, "dlq-0@7", now, 0).value();
  }
  core::failure_effect not_written(const core::dead_letter_order& x) {
    core::failure_cause why{errc::dead_letter_failed, "no right", {}};
    return machine.reported(x.id, why, {}, now, 0).value();
  }
  ack_result ack_only(offset_t x) {
    return machine.ack_individual({&x, 1}).result;
  }
  offset_t watermark() const {
    return machine.tracker()->watermark();
  }

  core::partition machine;
  time_point now{std::chrono::hours{1}};
};

inline std::vector<core::failure_note::kind>
kinds_of(const std::vector<core::failure_note>& xs) {
  std::vector<core::failure_note::kind> result;
  for (auto& x : xs)
    result.push_back(x.what);
  return result;
}

} // namespace cafka::test
