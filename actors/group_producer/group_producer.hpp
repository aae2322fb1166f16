#pragma once

#include "actors/group_producer/letter_topics.hpp"
#include "actors/interfaces.hpp"
#include "actors/outbox/outbox.hpp"
#include "core/dead_letter.hpp"

#include <cafka/group.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cafka::actors {

/// How a group's producer writes.
struct group_producer_settings {
  std::string client; ///< `client.id`, for the headers of dead letters
  std::string topic;  ///< of dead letters, with `{group}` and `{topic}`
  bool create = false;
  int replication = -1;
  bool copy_headers = true;
  header_style style = header_style::kafka;
  /// To the report of a dead letter; `message.timeout.ms`.
  std::chrono::milliseconds timeout{30'000};
  /// Of the dead letters' times; milliseconds since the Unix epoch.
  std::function<std::int64_t()> wall_clock;
};

/// Writes a group's dead letters and outputs, with one client, which it owns.
/// It decides nothing: what a report means is its owner's. It never runs user
/// code.
///
/// A dead letter is sent as soon as its topic is found. One that is too large
/// is sent once more, shrunk. Its report or its timeout ends it wherever it is,
/// with one `write_report`; then it is forgotten.
class group_producer_state {
public:
  static constexpr const char* name = "cafka.group_producer";
  using base = group_producer_actor::base;

  using listener = producer_listener;

  group_producer_state(base* self, std::shared_ptr<const group_options> options,
                       group_producer_settings settings, listener to,
                       kafka::writer_factory make_client,
                       std::function<void()> on_closed);
  ~group_producer_state();
  group_producer_state(const group_producer_state&) = delete;
  group_producer_state& operator=(const group_producer_state&) = delete;

  group_producer_actor::behavior_type make_behavior();

private:
  struct letter {
    write_dead_letter what;
    std::string topic;
    time_point deadline;
    bool shrunk = false;
    std::uint64_t sent = 0; // what cancels it; 0: not sent yet
  };
  struct outputs {
    write_report report;
    std::size_t open = 0;
  };

  // -- messages
  void on_write(const write_dead_letter& x);
  void on_write(const write_outputs& x);
  void on_check(const check_letter_topics& x);
  void on_ready();
  void on_tick(producer_tick x);
  void on_close(const close_producer& x);

  // -- what it does
  void send_letter(std::uint64_t id, partition_t partitions);
  void on_letter_written(std::uint64_t id, const kafka::record_written& x);
  void end_letter(std::uint64_t id, std::string where, kafka::error failure);
  void end_overdue_letters();
  void on_output_written(std::uint64_t id, const kafka::record_written& x);
  void finish();
  void end_if_closed();
  void keep_ticking();
  outbox::settings outbox_settings(kafka::writer_factory make_client);
  time_point now() const;

  base* self_;
  std::shared_ptr<const group_options> options_;
  group_producer_settings settings_;
  listener to_;
  reaper_actor reaper_;
  std::shared_ptr<compat::closable_handle<group_producer_actor>> handle_;
  std::shared_ptr<std::atomic<bool>> woken_;
  outbox box_;
  letter_topics topics_;
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, letter> letters_;
  std::map<std::uint64_t, outputs> outputs_;
  bool ticking_ = false;
  bool closing_ = false;
};

using group_producer
  = compat::actor_of<group_producer_state, group_producer_state::base>;

} // namespace cafka::actors
