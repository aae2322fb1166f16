#pragma once

#include "demo/input.hpp"
#include "demo/keys.hpp"
#include "demo/ledger.hpp"
#include "kafka/producer.hpp"

#include <caf/expected.hpp>

#include <memory>
#include <optional>
#include <string>

namespace cafka::demo {

/// Replays the lines of an input into a topic, each to the partition of its
/// key, and is never further ahead of a partition's commits than the mock
/// cluster keeps records: it drops older ones without a word. One thread.
class keyed_producer {
public:
  /// `books` outlives the producer.
  static caf::expected<std::unique_ptr<keyed_producer>>
  open(const std::string& endpoints, const std::string& topic,
       const input& from, const key_rule& keys, const ledger& books);

  enum class progress { sending, held_back, finished, failed };
  /// Sends what there is room for, some thousand lines at most, and serves
  /// delivery reports, for which it may wait `limit`.
  progress pump(std::chrono::milliseconds limit);

  /// Why it `failed`.
  const std::string& failure() const noexcept {
    return failure_;
  }
  /// The input itself could not be read on.
  bool input_failed() const noexcept {
    return !lines_.failure().empty();
  }
  /// The line that was read last.
  std::uint64_t line() const noexcept {
    return lines_.count();
  }

private:
  keyed_producer(const std::string& topic, const input& from,
                 const key_rule& keys, const ledger& books);

  void on_report(std::uint64_t line, partition_t p, offset_t at,
                 const kafka::error& failure);
  bool load();
  bool has_room() const;
  progress send();
  progress send_some();

  std::string topic_;
  key_rule keys_;
  const ledger& books_;
  line_reader lines_;
  std::unique_ptr<kafka::producer> client_;
  // -- the line that is to be sent next
  std::optional<std::string_view> line_;
  std::string_view key_;
  partition_t partition_ = 0;
  // --
  std::uint64_t reported_ = 0;
  std::string failure_;
};

} // namespace cafka::demo
