#pragma once

#include "core/dead_letter.hpp"
#include "kafka/offset_lookup.hpp"
#include "kafka/topic_reader.hpp"

#include <cafka/config.hpp>
#include <cafka/record.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cafka::app {

/// The topics of the dead letters of a group, one or, where the name has
/// `{topic}`, several.
std::vector<std::string> dead_letter_topics(const group_config& x);

/// Which dead letters are meant. An empty text: any.
struct letter_filter {
  std::string topic;                    ///< the record's own
  std::optional<std::int64_t> since_ms; ///< written then or later
  std::string cause;                    ///< a part of it, or of its type
  bool empty() const noexcept {
    return topic.empty() && !since_ms && cause.empty();
  }
};

/// `2026-11-29`, `2026-11-29T13:05`, `2026-11-29T13:05:09`, in UTC and with or
/// without a Z, or milliseconds since the Unix epoch.
std::optional<std::int64_t> time_of(const std::string& text);
/// `2026-11-29T13:05:09Z`; "-" where there is none.
std::string text_of_time(std::optional<std::int64_t> ms);

/// A dead letter and the record that it is.
struct found_letter {
  owned_record record;
  core::dead_letter letter;
  /// When it was written, as it says, or else as its record does.
  std::optional<std::int64_t> time_ms() const;
};

bool matches(const found_letter& x, const letter_filter& what);

/// Reads the dead letters of one group up to the end that is seen at the start.
/// What is no dead letter, or one of another group, is passed over. Blocks.
class dead_letter_reader {
public:
  /// Nothing came, and not all was read.
  static constexpr std::chrono::seconds silence_max{30};

  /// From the committed offsets of the group `<group>.<progress>`, or where
  /// there are none, or that is empty, from the start.
  static kafka::result<std::unique_ptr<dead_letter_reader>>
  open(const group_config& config, const std::string& progress,
       std::chrono::seconds limit);
  /// Of just one record, if it is there.
  static kafka::result<std::unique_ptr<dead_letter_reader>>
  open_at(const group_config& config, const topic_partition& tp,
          offset_t offset, std::chrono::seconds limit);

  /// The next one; nothing: all was read, or a stop signal came.
  kafka::result<std::optional<found_letter>> next();

  /// Up to where each partition was read: behind what `next` gave last.
  const std::map<topic_partition, offset_t>& positions() const noexcept {
    return positions_;
  }
  /// Records that were no dead letters of this group.
  std::uint64_t passed_over() const noexcept {
    return passed_over_;
  }
  kafka::error commit(const std::map<topic_partition, offset_t>& next);

private:
  dead_letter_reader(std::string group, std::chrono::seconds limit,
                     std::unique_ptr<kafka::topic_reader> x);
  static kafka::result<std::unique_ptr<dead_letter_reader>>
  read(const group_config& config, const kafka::properties& props,
       const kafka::topic_reader::ranges& what, std::chrono::seconds limit);
  std::optional<found_letter> look_at(owned_record x);

  std::string group_;
  std::chrono::seconds limit_;
  std::unique_ptr<kafka::topic_reader> reader_;
  std::map<topic_partition, offset_t> positions_;
  std::uint64_t passed_over_ = 0;
};

} // namespace cafka::app
