#pragma once

#include "dead_letters/reader.hpp"
#include "program/exit_code.hpp"

#include <cafka/config.hpp>
#include <cafka/message_handler.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cafka::app {

/// What each of the commands `dead-letters …` is told.
struct letter_arguments {
  letter_filter filter;
  std::optional<std::uint64_t> limit; ///< so many letters at most
  std::chrono::seconds timeout{10};   ///< of each answer of the brokers
};

/// Writes the dead letters of a group to standard output, a line each, or as a
/// JSON list.
exit_code list_letters(const group_config& config, const letter_arguments& args,
                       bool json);

/// Where a dead letter lies.
struct letter_place {
  topic_partition where;
  offset_t offset = -1;
};

/// `TOPIC-PARTITION@OFFSET`, as `list` prints it, of one of the `topics`;
/// where there is one alone, also `PARTITION@OFFSET`. Nothing: it is neither.
std::optional<letter_place>
letter_place_of(std::string_view text, const std::vector<std::string>& topics);

/// Writes that one as JSON.
exit_code show_letter(const group_config& config, const letter_arguments& args,
                      const letter_place& place);

struct replay_arguments {
  std::string to; ///< a topic; empty: where each is from
  bool dry_run = false;
  bool yes = false;              ///< nobody is asked
  std::uint32_t replays_max = 3; ///< who came back so often is left
};

/// Writes the dead letters back. Progress is the committed offsets of the group
/// `<group>.replay`, unless a filter chooses.
exit_code replay_letters(const group_config& config,
                         const letter_arguments& args,
                         const replay_arguments& how);

/// Calls `handler` with the dead letters, each as the record that it was. What
/// it makes of them is written, and what fails again becomes a dead letter
/// again, before the progress, the committed offsets of the group
/// `<group>.process`, is committed.
exit_code process_letters(const group_config& config, handler_factory handler,
                          const letter_arguments& args);

/// Tells on standard error what is wrong with the command.
void complain_of_letters(const std::string& text);

} // namespace cafka::app
