#pragma once

#include "kafka/record_writer.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cafka::test {

/// What the scripted writers of one actor were asked, and what they give. It
/// outlives them.
struct writer_script {
  struct sent_record {
    std::uint64_t token = 0;
    output record;
  };
  struct question {
    std::uint64_t token = 0;
    std::string topic;
  };
  struct creation {
    std::uint64_t token = 0;
    std::string topic;
    partition_t partitions = 0;
    int replication = 0;
  };

  /// What `poll` gives next; wakes the writer's owner.
  void tell(kafka::writer_event x) {
    events.push_back(std::move(x));
    if (wake)
      wake();
  }
  /// The report of the record at `i`.
  void deliver(std::size_t i, offset_t offset) {
    auto& x = sent.at(i);
    tell(kafka::record_written{
      x.token, {x.record.topic, x.record.partition.value_or(0)}, offset, {}});
  }
  void refuse(std::size_t i, kafka::error why) {
    auto& x = sent.at(i);
    tell(kafka::record_written{x.token,
                               {x.record.topic, x.record.partition.value_or(0)},
                               -1,
                               std::move(why)});
  }
  /// The answer to the last look-up.
  void find(partition_t partitions, kafka::error why = {}) {
    tell(
      kafka::topic_found{questions.back().token, partitions, std::move(why)});
  }
  void break_for_good() {
    kafka::error why{errc::client_fatal, "fenced"};
    why.fatal = true;
    tell(kafka::client_error{why});
  }

  std::deque<kafka::writer_event> events;
  std::function<void()> wake;
  int opened = 0;
  kafka::error open_fails;
  kafka::error send_fails;
  std::size_t room = std::numeric_limits<std::size_t>::max(); ///< in the queue
  std::vector<sent_record> sent;
  std::vector<question> questions;
  std::vector<creation> creations;
  std::vector<std::function<void(kafka::client_ended)>> ended;
};

class scripted_writer final : public kafka::record_writer {
public:
  explicit scripted_writer(std::shared_ptr<writer_script> x)
    : script_(std::move(x)) {
  }

  /// Makes writers that are all driven by one script, one after the other.
  static kafka::writer_factory factory(std::shared_ptr<writer_script> script) {
    return [script](std::function<void()> wake)
             -> kafka::result<std::unique_ptr<kafka::record_writer>> {
      ++script->opened;
      if (script->open_fails)
        return script->open_fails;
      script->events.clear();
      script->wake = std::move(wake);
      return std::unique_ptr<kafka::record_writer>{new scripted_writer{script}};
    };
  }

  kafka::result<bool> send(std::uint64_t token, const output& x) override {
    if (script_->send_fails)
      return script_->send_fails;
    if (script_->room == 0)
      return false;
    --script_->room;
    script_->sent.push_back({token, x});
    return true;
  }
  std::optional<kafka::writer_event> poll() override {
    auto& events = script_->events;
    if (events.empty())
      return std::nullopt;
    auto x = std::move(events.front());
    events.pop_front();
    return x;
  }
  void find_topic(std::uint64_t token, const std::string& topic,
                  std::chrono::milliseconds) override {
    script_->questions.push_back({token, topic});
  }
  void create_topic(std::uint64_t token, const std::string& topic,
                    partition_t partitions, int replication,
                    std::chrono::milliseconds) override {
    script_->creations.push_back({token, topic, partitions, replication});
  }
  void detach() override {
    script_->wake = nullptr;
  }
  std::function<void()>
  end(kafka::farewell, std::chrono::milliseconds,
      std::function<void(kafka::client_ended)> done) override {
    script_->ended.push_back(std::move(done));
    return [] {};
  }

private:
  std::shared_ptr<writer_script> script_;
};

} // namespace cafka::test
