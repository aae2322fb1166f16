#pragma once

#include "dead_letters/dead_letters.hpp"
#include "kafka/producer.hpp"

#include <cafka/output.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace cafka::app {

/// `topic-partition@offset` of the dead letter itself.
std::string place_of(const found_letter& x);

/// What is to be written for a dead letter before it counts as done.
struct letter_result {
  std::vector<output> records{};
  /// In the place of the last of them, should that be too large.
  std::optional<output> smaller{};
  /// Why nothing became of it: it is not done, and the run ends before it.
  std::string undone{};
};

/// Goes through dead letters in order: what becomes of each is written, and
/// when the brokers have it the progress is committed. What comes again after a
/// kill is one batch at most.
class letter_rewriting {
public:
  struct callbacks {
    /// False: it is left where it is.
    std::function<bool(const found_letter&)> choose;
    std::function<letter_result(const found_letter&)> rewrite;
  };

  /// `progress`: behind the group's name, the group whose committed offsets say
  /// where it begins; empty: at the start. `commits`: it is moved.
  letter_rewriting(const group_config& config, const letter_arguments& args,
                   std::string progress, bool commits, callbacks f);

  /// Blocks until the ends that are seen at its start, the limit or a stop
  /// signal. Why not: the brokers.
  kafka::error run();

  /// That were written.
  std::uint64_t done() const noexcept {
    return done_;
  }
  /// Records that were no dead letters of the group.
  std::uint64_t passed_over() const noexcept;
  /// One is not done; that was told.
  bool failed() const noexcept {
    return !failed_.empty();
  }

private:
  kafka::error open();
  kafka::error read_batch();
  bool is_full() const;
  std::uint64_t limit() const;
  void write_batch();
  void send(std::size_t index, const output& x);
  void fail(std::size_t index, const std::string& why);
  void on_report(std::size_t index, const kafka::error& why);
  kafka::error commit();

  const group_config& config_;
  const letter_arguments& args_;
  const std::string progress_;
  const bool commits_;
  const callbacks callbacks_;
  std::unique_ptr<dead_letter_reader> reader_;
  std::unique_ptr<kafka::producer> producer_;
  std::vector<found_letter> batch_;
  std::map<std::size_t, output> smaller_; // of the batch
  std::size_t begun_ = 0;                 // of the batch
  std::size_t open_ = 0;                  // records without a report
  std::set<std::size_t> failed_;          // of the batch
  bool finished_ = false;
  std::uint64_t done_ = 0;
};

/// Tells the sum, and what went wrong.
exit_code conclude(const letter_rewriting& of, const kafka::error& why,
                   std::string sum);

} // namespace cafka::app
