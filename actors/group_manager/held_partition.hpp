#pragma once

#include "actors/interfaces.hpp"
#include "core/ack_watch.hpp"
#include "core/answer_line.hpp"
#include "core/committed_map.hpp"
#include "core/flow_window.hpp"
#include "core/partition.hpp"
#include "core/progress_watch.hpp"
#include "core/wait_notice.hpp"
#include "core/worker_turns.hpp"

#include <cafka/config.hpp>
#include <cafka/status.hpp>

#include <memory>
#include <optional>
#include <string>

namespace cafka::actors {

class delivery_loop;

/// What the manager keeps of one partition that this member holds: its machine
/// with its states and pauses, its source, its worker with the machine of its
/// turns, what is to be committed of it, and who watches it.
struct held_partition {
  /// The worker that lives, or that was fenced and is not down yet.
  struct worker_link {
    worker_id id;
    worker_actor handle;
    std::shared_ptr<delivery_loop> loop;
    core::worker_turns turns;
  };

  held_partition(const group_config& config, const std::string& group,
                 const assignment& x, core::partition m, offset_t replaced_at,
                 time_point now);

  /// Its generation changed.
  void identify(const std::string& group, const topic_partition& tp);

  /// A new one begins at `begin`, by a move; what the former one has retained
  /// is dropped.
  void begin_generation(const std::string& group, const topic_partition& tp,
                        generation g, offset_t begin);

  /// What its next commit says: its watermark, or where it is moved to.
  offset_t commit_position() const noexcept {
    return commit_to.value_or(watermark());
  }
  /// What its next commit says besides, with so many bytes of metadata at most.
  core::commit_note commit_note(std::size_t bytes_max) const;
  /// The broker has not confirmed that.
  bool is_uncommitted(const core::commit_note& note) const noexcept;
  bool takes_acks(generation of) const noexcept;
  /// No room for another record in its window.
  bool is_full() const noexcept;
  /// No call begins before more of its outputs are reported.
  bool has_full_outputs() const noexcept {
    return answers.bytes() >= outputs_bytes_max;
  }
  /// By an operator.
  bool is_paused() const noexcept {
    return machine.is_paused(core::pause_reason::intent);
  }
  /// Something of it is on its way to a broker.
  bool is_writing() const noexcept {
    return !answers.empty() || machine.failed().any_away();
  }
  /// Its worker lives, and may call the handler.
  bool has_running_worker() const noexcept {
    return machine.has_worker() && worker && !worker->turns.is_over();
  }
  /// Where the next record is expected; negative: logical.
  offset_t position() const noexcept;
  /// -1: there is none yet.
  offset_t watermark() const noexcept;

  /// What holds the next record back on our side is a reason to wait.
  /// `call_waits`: one waits for its thread.
  core::progress_facts progress(bool call_waits) const noexcept;
  bool delivery_waits(bool call_waits) const noexcept;
  /// -1: not known. Control records may lie between the last record and the
  /// end.
  std::int64_t lag() const;
  /// The gravest first; `why` is for people.
  partition_health health(std::string& why) const;
  /// It gets on when its watermark moves, and where nothing is left to read.
  void note_progress(time_point now);
  partition_status status(const topic_partition& tp, time_point now) const;

  core::partition machine;
  core::record_source_ptr source;
  core::progress_watch watch;
  core::ack_watch acks;
  core::wait_notice waits;  ///< for the broker
  core::flow_window window; ///< an empty one
  std::shared_ptr<const partition_identity> identity;
  std::optional<worker_link> worker;
  /// Those that wait for outputs.
  core::answer_line<call_ended> answers;
  std::size_t outputs_bytes_max;
  core::failure_row noted_row; ///< as the registry has it
  offset_t committed = -1;     ///< confirmed by the broker
  std::string committed_map;   ///< the same: the metadata beside it
  /// An operator moves it there, as soon as the broker has confirmed that;
  /// nothing is read until then.
  std::optional<offset_t> commit_to;
  time_point progress_at; ///< it got on last
  offset_t progress_to = -1;
};

} // namespace cafka::actors
