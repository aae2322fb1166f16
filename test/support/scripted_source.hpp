#pragma once

#include "core/record_source.hpp"
#include "kafka/consumer.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace cafka::test {

/// The records of one partition "in the broker", and what is to go wrong.
struct scripted_log {
  struct entry {
    offset_t offset = 0;
    std::size_t bytes = 0;
  };
  std::vector<entry> records;
  offset_t start = 0;
  offset_t end = 0;
  /// What the client knows of the end; nothing: it fetches and knows it all.
  std::optional<offset_t> fetched_end;
  bool mute = false; ///< drains give nothing
  // -- once each, at the next drain
  bool out_of_range = false;
  bool throws = false;
  std::string error;
  bool loses = false;        ///< what it gives nobody hears of
  bool fails_behind = false; ///< records come with the failure, before it
  std::function<void()> during_drain;
  // -- what happened
  std::size_t drains = 0;
  std::size_t given = 0; ///< records given out
};

/// Reads a `scripted_log` in memory, like a partition's queue.
class scripted_source : public core::record_source {
public:
  scripted_source(std::shared_ptr<scripted_log> log, offset_t begin)
    : log_(std::move(log)), position_(begin) {
  }

  core::fetched drain(std::size_t records_max, core::flow_window room,
                      const core::range_set& skip, offset_t from) override {
    ++log_->drains;
    if (auto f = std::exchange(log_->during_drain, nullptr))
      f();
    core::fetched out;
    if (log_->mute)
      return out;
    if (std::exchange(log_->throws, false))
      throw std::runtime_error{"the source broke"};
    auto fails = !log_->error.empty() || log_->out_of_range;
    if (!fails || std::exchange(log_->fails_behind, false))
      take(records_max, room, skip, from, out);
    out.error = std::exchange(log_->error, {});
    out.out_of_range = std::exchange(log_->out_of_range, false);
    if (std::exchange(log_->loses, false))
      out = {};
    return out;
  }
  void on_ready(std::function<void()> wake) override {
    wake_ = std::move(wake);
  }
  offset_t position() const override {
    return position_;
  }
  std::optional<offset_t> readable_end() const override {
    return log_->fetched_end.value_or(log_->end);
  }
  bool at_end() const override {
    return at_end_;
  }

  // -- for the test

  void move_to(offset_t to) {
    position_ = to;
    resolved_ = resolved_ && to >= 0;
    at_end_ = false;
  }
  void wake() {
    if (wake_)
      wake_();
  }
  bool has_reader() const {
    return wake_ != nullptr;
  }

private:
  void take(std::size_t records_max, core::flow_window room,
            const core::range_set& skip, offset_t from, core::fetched& out) {
    if (position_ < 0)
      position_ = position_ == kafka::offset_earliest ? log_->start : log_->end;
    record_block::builder block;
    out.more = true;
    while (block.size() < records_max && room.open()) {
      auto i = std::ranges::lower_bound(log_->records, position_, {},
                                        &scripted_log::entry::offset);
      auto seen = i == log_->records.end() ? log_->end : i->offset;
      if (!std::exchange(resolved_, true))
        out.resolved_begin = seen;
      if (i == log_->records.end()) {
        out.more = false;
        if (!std::exchange(at_end_, true) || position_ != seen)
          out.next = seen;
        position_ = seen;
        break;
      }
      at_end_ = false;
      position_ = i->offset + 1;
      out.next = position_;
      if (i->offset < from || skip.contains(i->offset))
        continue;
      block.add(i->offset, std::nullopt, std::string(i->bytes, 'x'));
      room.add({1, i->bytes});
      ++log_->given;
    }
    if (block.size() > 0)
      out.block = block.finish();
  }

  std::shared_ptr<scripted_log> log_;
  std::function<void()> wake_;
  offset_t position_;
  bool resolved_ = false;
  bool at_end_ = false;
};

} // namespace cafka::test
