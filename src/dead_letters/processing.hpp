#pragma once

#include "core/thrown_by.hpp"
#include "dead_letters/rewriting.hpp"

#include <cafka/message_handler.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace cafka::app {

/// Calls a group's handler with dead letters as what they were: one record at a
/// time, with its topic, partition and offset, without the headers of its
/// errors. What fails again becomes a dead letter again, and
/// its handler is built anew, as by a worker. A letter that no handler could be
/// called with is to blame for nothing, and stays as it is. One thread.
class letter_processing {
public:
  letter_processing(const group_config& config, handler_factory handler);
  /// Closes the handlers.
  ~letter_processing();
  letter_processing(const letter_processing&) = delete;
  letter_processing& operator=(const letter_processing&) = delete;

  /// The outputs of the call, or the dead letter anew, or why no handler was
  /// called with it. `now_ms`: since the Unix epoch.
  letter_result process(const found_letter& x, std::int64_t now_ms);

  /// That failed again.
  std::uint64_t failures() const noexcept {
    return failures_;
  }

private:
  struct worker;
  struct outcome;

  worker& worker_of(const topic_partition& tp);
  outcome call(message_handler& handler, const message_batch& x) const;
  void close(const topic_partition& tp, close_reason why);
  letter_result result_of(const found_letter& x, const record& as, outcome what,
                          std::int64_t now_ms);
  letter_result write_again(const found_letter& x, const record& as,
                            core::thrown why, std::int64_t now_ms);

  const group_config& config_;
  const handler_factory factory_;
  const std::string client_;
  std::map<topic_partition, std::unique_ptr<worker>> workers_;
  std::uint64_t failures_ = 0;
};

} // namespace cafka::app
