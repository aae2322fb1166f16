#pragma once

#include "actors/interfaces.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace cafka::test {

/// What the scripted coordinator heard, and how it answers.
struct coordinator_script {
  // -- requests, oldest first
  std::vector<actors::commit_request> commits;
  std::vector<actors::seek_request> seeks;
  std::vector<actors::ends_request> ends_asked;
  std::vector<actors::wake_request> wakes;
  std::vector<actors::position_request> positions_asked;
  std::vector<actors::follow_generation> holds;
  int ranges_asked = 0;
  std::vector<rebalance_id> done;
  int closes = 0; ///< close_client messages
  // -- answers
  bool answers_commits = true;
  bool answers_seeks = true;
  bool answers_ends = true;
  bool answers_positions = true;
  bool answers_pings = true;
  bool ignores_close = false;
  bool closes_clients = true; ///< a client is gone as its coordinator ends
  /// What a `keep_alive` ends the coordinator with.
  caf::error ends_with = caf::exit_reason::kill;
  /// Moves the source that a seek is for.
  std::function<void(const actors::seek_request&)> on_seek;
  /// The ends at the broker; a partition that is missing is not answered for.
  std::function<actors::ends_result(const actors::ends_request&)> find_ends;
  /// What the leader holds.
  std::function<actors::range_result(const actors::range_request&)> find_range;
  /// What can be read of it, and where its times are.
  std::function<core::position_facts(const actors::position_request&)>
    find_position;
  /// Wakes the source that a request is for.
  std::function<void(const actors::wake_request&)> on_wake;
  // -- the coordinator of the moment
  std::optional<actors::manager_actor> manager;
  std::optional<actors::coordinator_actor> self;
  std::function<void()> closed; ///< of the client of this incarnation
};

/// A success for all of `x`, or `failure` for all of it.
inline actors::commit_result answer_to(const actors::commit_request& x,
                                       const kafka::error& failure = {}) {
  actors::commit_result result{x.id, {}};
  for (auto& y : x.entries)
    result.entries.push_back(
      {y.tp, y.generation, y.offset, failure, y.note.metadata});
  return result;
}

class scripted_coordinator_state {
public:
  static constexpr const char* name = "test.coordinator";
  using base = actors::coordinator_actor::base;

  scripted_coordinator_state(base* self, coordinator_script* script,
                             std::function<void()> closed)
    : self_(self), script_(script), closed_(std::move(closed)) {
    compat::ignore_error_messages(self_);
    script_->closed = closed_;
  }
  ~scripted_coordinator_state() {
    if (script_->closes_clients && closed_)
      closed_();
  }

  actors::coordinator_actor::behavior_type make_behavior() {
    using namespace actors;
    return {
      [this](const commit_request& x) {
        script_->commits.push_back(x);
        if (script_->answers_commits)
          compat::post(*script_->manager, answer_to(x));
      },
      [this](const revocation_done& x) {
        script_->done.push_back(x.rebalance);
      },
      [this](const seek_request& x) {
        script_->seeks.push_back(x);
        if (script_->on_seek)
          script_->on_seek(x);
        if (script_->answers_seeks)
          compat::post(*script_->manager,
                       seek_done{x.tp, x.generation, x.id, {}});
      },
      [this](const ends_request& x) {
        script_->ends_asked.push_back(x);
        if (!script_->answers_ends)
          return;
        auto answer = script_->find_ends(x);
        answer.id = x.id;
        compat::post(*script_->manager, std::move(answer));
      },
      [this](const range_request& x) {
        ++script_->ranges_asked;
        compat::post(*script_->manager, script_->find_range(x));
      },
      [this](const wake_request& x) {
        script_->wakes.push_back(x);
        if (script_->on_wake)
          script_->on_wake(x);
      },
      [this](close_client) {
        ++script_->closes;
        if (!script_->ignores_close)
          self_->quit(caf::exit_reason::user_shutdown);
      },
      [this](const follow_generation& x) { script_->holds.push_back(x); },
      [this](const position_request& x) {
        script_->positions_asked.push_back(x);
        if (script_->answers_positions)
          answer_position(x);
      },
      [this](ping) {
        if (script_->answers_pings)
          compat::post(*script_->manager, pong{pong::actor::coordinator});
      },
      [](client_ready) {},
      [](retry_look_up) {},
      [this](keep_alive) { self_->quit(script_->ends_with); },
    };
  }

private:
  void answer_position(const actors::position_request& x) {
    compat::post(*script_->manager, actors::position_result{
                                      x.tp, x.id, script_->find_position(x)});
  }

  base* self_;
  coordinator_script* script_;
  std::function<void()> closed_;
};

} // namespace cafka::test
