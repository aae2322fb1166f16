#pragma once

#include "core/thrown_by.hpp"
#include "dead_letters/rewriting.hpp"

#include <cafka/message_handler.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace cafka::app {

/// Calls a group's handler with dead letters as what they were: one record at a
/// time, with its topic, partition and offset, without the headers of its
/// errors. What fails again becomes a dead letter again. One thread.
class letter_processing {
public:
  letter_processing(const group_config& config, handler_factory handler);
  /// Closes the handlers.
  ~letter_processing();
  letter_processing(const letter_processing&) = delete;
  letter_processing& operator=(const letter_processing&) = delete;

  /// The outputs of the call, or the dead letter anew. `now_ms`: since the Unix
  /// epoch.
  letter_result process(const found_letter& x, std::int64_t now_ms);

  /// That failed again.
  std::uint64_t failures() const noexcept {
    return failures_;
  }

private:
  message_handler& handler_of(const topic_partition& tp);
  handler_answer call(const message_batch& x);
  letter_result write_again(const found_letter& x, const record& as,
                            core::thrown why, std::int64_t now_ms);

  const group_config& config_;
  const handler_factory factory_;
  const std::string client_;
  std::map<topic_partition, std::unique_ptr<message_handler>> handlers_;
  std::uint64_t failures_ = 0;
};

} // namespace cafka::app
