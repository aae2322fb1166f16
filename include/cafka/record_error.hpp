#pragma once

#include <cafka/types.hpp>

#include <stdexcept>
#include <string>

namespace cafka {

/// Thrown by a handler: the record at `offset` failed. As
/// `handler_answer::failed_at`.
class record_error : public std::runtime_error {
public:
  /// `offset`: of a record of the batch.
  record_error(offset_t offset, const std::string& cause)
    : std::runtime_error(cause), offset_(offset) {
  }
  /// Of the record that failed.
  offset_t offset() const noexcept {
    return offset_;
  }

private:
  offset_t offset_;
};

/// Thrown by a handler: the record at `offset` cannot be processed, and to try
/// again is no use. As `handler_answer::reject`.
class record_rejected : public record_error {
public:
  using record_error::record_error;
};

} // namespace cafka
