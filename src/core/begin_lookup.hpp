#pragma once

#include <cafka/types.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>

namespace cafka::core {

/// The two logical offsets of Kafka's protocol (ListOffsets).
inline constexpr offset_t offset_earliest = -2;
inline constexpr offset_t offset_latest = -1;

/// Decides where assigned partitions begin, and what must be asked for that, in
/// which order. A partition begins at its committed offset; without one where
/// `begin-offset` says; but one that came while the group ran begins at its
/// earliest record, for nobody can have meant to skip it.
class begin_lookup {
public:
  enum class question : std::uint8_t {
    ends,      ///< of the partitions: what is written later is behind them
    counts,    ///< how many partitions the topics have
    committed, ///< what the group committed
    log_ends   ///< of partitions with metadata beside their commits
  };

  /// `begin`: `begin-offset`; a logical one as above.
  explicit begin_lookup(offset_t begin) noexcept : begin_(begin) {
  }

  /// A new assignment: what was asked for an older one is void.
  void start();
  /// The next question. `counts_known`: of all topics, from an earlier
  /// incarnation.
  question next(bool counts_known) const noexcept;

  /// Of a partition whose end nobody told, librdkafka asks when it begins.
  void on_ends(std::map<topic_partition, offset_t> ends);
  void on_counts() noexcept;
  /// With metadata, which only count where the log still has what they tell of:
  /// its ends are asked for behind that.
  void on_metadata() noexcept {
    has_metadata_ = true;
  }

  /// How long to wait for an answer: 3 s, time enough for any broker near by,
  /// and an outage is told soon. Doubled each time that it was not enough, for
  /// a broker far away, up to 60 s, librdkafka's own limit of most requests
  /// (socket.timeout.ms).
  std::chrono::milliseconds timeout() const noexcept;
  void on_timed_out() noexcept;

  offset_t begin_of(const topic_partition& tp,
                    std::optional<offset_t> committed, bool came_later) const;

private:
  offset_t begin_;
  std::optional<std::map<topic_partition, offset_t>> ends_;
  bool counted_ = false;
  bool has_metadata_ = false; // of what is committed
  int timed_out_ = 0;         // times in a row, as far as it counts
};

} // namespace cafka::core
