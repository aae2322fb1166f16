#pragma once

#include "kafka/client.hpp"

#include <cafka/types.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cafka::test {

/// What the scripted clients of one coordinator were asked, and what they give.
/// It outlives them.
struct client_script {
  /// Where a client was moved to, by a seek or out of a lost position.
  struct move {
    kafka::partition_offset to;
    bool repositioned = false;
  };
  struct question {
    std::string what;
    std::uint64_t token = 0;
    std::vector<topic_partition> partitions;
    std::chrono::milliseconds timeout{0};
  };
  struct sent_commit {
    std::uint64_t token = 0;
    std::vector<kafka::partition_offset> offsets;
  };
  struct ended_client {
    kafka::farewell how;
    bool was_cut_off = false;
    std::function<void(kafka::client_ended)> done;
  };

  /// What `poll` gives next; `tell` also wakes the client's owner.
  void tell(kafka::client_event x) {
    events.push_back(std::move(x));
    if (wake)
      wake();
  }
  /// The last question of this kind.
  const question* asked(const std::string& what) const {
    for (auto i = questions.rbegin(); i != questions.rend(); ++i)
      if (i->what == what)
        return &*i;
    return nullptr;
  }

  std::deque<kafka::client_event> events;
  /// Becomes known only when the owner catches up.
  std::deque<kafka::client_event> not_seen_yet;
  std::function<void()> wake;
  int opened = 0;
  kafka::error open_fails;
  kafka::error subscribe_fails;
  kafka::error assign_fails;
  kafka::error unassign_fails;
  std::vector<std::string> topics;
  std::vector<question> questions;
  std::vector<std::vector<kafka::partition_offset>> assigns;
  std::vector<std::vector<topic_partition>> unassigns;
  std::vector<sent_commit> commits;
  std::vector<move> moves;
  std::vector<ended_client> ended;
  int cut_by_reaper = 0;
};

class scripted_client final : public kafka::client {
public:
  explicit scripted_client(std::shared_ptr<client_script> x)
    : script_(std::move(x)) {
  }

  /// Makes clients that are all driven by one script, one after the other.
  static kafka::client_factory factory(std::shared_ptr<client_script> script) {
    return [script](std::function<void()> wake)
             -> kafka::result<std::unique_ptr<kafka::client>> {
      if (script->open_fails)
        return script->open_fails;
      ++script->opened;
      script->wake = std::move(wake);
      return std::unique_ptr<kafka::client>{new scripted_client{script}};
    };
  }

  kafka::error subscribe(const std::vector<std::string>& topics) override {
    script_->topics = topics;
    return script_->subscribe_fails;
  }
  std::optional<kafka::client_event> poll() override {
    auto& events = script_->events;
    if (events.empty())
      return std::nullopt;
    auto x = std::move(events.front());
    events.pop_front();
    return x;
  }
  void catch_up() override {
    for (auto& x : std::exchange(script_->not_seen_yet, {}))
      script_->events.push_back(std::move(x));
  }
  void look_up_committed(std::uint64_t token,
                         const std::vector<topic_partition>& partitions,
                         std::chrono::milliseconds timeout) override {
    script_->questions.push_back({"committed", token, partitions, timeout});
  }
  void count_partitions(std::chrono::milliseconds timeout,
                        std::uint64_t token) override {
    script_->questions.push_back({"counts", token, {}, timeout});
  }
  void find_ends(std::vector<topic_partition> partitions,
                 std::chrono::milliseconds timeout,
                 std::uint64_t token) override {
    script_->questions.push_back(
      {"ends", token, std::move(partitions), timeout});
  }
  void find_range(const topic_partition& tp, std::chrono::milliseconds timeout,
                  std::uint64_t token) override {
    script_->questions.push_back({"range", token, {tp}, timeout});
  }
  void find_position(const topic_partition& tp, std::optional<std::int64_t>,
                     std::chrono::milliseconds timeout,
                     std::uint64_t token) override {
    script_->questions.push_back({"position", token, {tp}, timeout});
  }
  core::record_source_ptr open_source(const topic_partition&,
                                      offset_t) override {
    return nullptr; // nobody reads here
  }
  kafka::error
  assign(const std::vector<kafka::partition_offset>& partitions) override {
    script_->assigns.push_back(partitions);
    return script_->assign_fails;
  }
  kafka::error
  unassign(const std::vector<topic_partition>& partitions) override {
    script_->unassigns.push_back(partitions);
    return script_->unassign_fails;
  }
  void commit(std::uint64_t token,
              const std::vector<kafka::partition_offset>& offsets) override {
    script_->commits.push_back({token, offsets});
  }
  kafka::error seek(const kafka::partition_offset& to) override {
    script_->moves.push_back({to, false});
    return {};
  }
  kafka::error reposition(const kafka::partition_offset& to) override {
    script_->moves.push_back({to, true});
    return {};
  }
  void cut_off() override {
    cut_ = true;
  }
  void detach() override {
    script_->wake = nullptr;
  }
  std::function<void()>
  end(kafka::farewell how, std::chrono::milliseconds,
      std::function<void(kafka::client_ended)> done) override {
    script_->ended.push_back({how, cut_, std::move(done)});
    return [script = script_] { ++script->cut_by_reaper; };
  }

private:
  std::shared_ptr<client_script> script_;
  bool cut_ = false;
};

} // namespace cafka::test
