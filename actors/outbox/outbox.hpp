#pragma once

#include "kafka/record_writer.hpp"

#include <cafka/output.hpp>
#include <cafka/types.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace cafka::actors {

/// The records that an actor has taken and whose delivery reports it owes, and
/// the client that writes them. The client is made when it is first needed; a
/// fatal one is replaced: what it had no report for counts as not written, and
/// reports that come later are void. No actor: it belongs to one.
///
/// A record waits until the client's queue has room. Then it is open until its
/// report, which is told. One of a batch that was too large is sent once more,
/// alone. A record whose client fails for good, or whose report is overdue, is
/// told as not written. The queue that a record lies in is its state; what is
/// told is forgotten.
///
/// While records to a partition go alone, later ones to it wait behind them.
/// The client has some of these already, so that they may be written before.
class outbox {
public:
  using written = std::function<void(const kafka::record_written&)>;
  using found = std::function<void(const kafka::topic_found&)>;
  using created = std::function<void(const kafka::topic_created&)>;

  struct settings {
    kafka::writer_factory make_client;
    /// Called on foreign threads when `take_events` has something.
    std::function<void()> wake;
    /// Takes a client that is of no use any more.
    std::function<void(std::shared_ptr<kafka::record_writer>)> bury;
    std::function<void(const kafka::log_line&)> log;
    /// `message.timeout.ms`.
    std::chrono::milliseconds timeout{0};
  };

  /// librdkafka looks for records that are out of time once a second.
  static constexpr std::chrono::milliseconds report_grace{2'000};
  /// After a fatal error, so that no broker sees a client per record.
  static constexpr std::chrono::milliseconds renew_pause{1'000};

  explicit outbox(settings x);
  outbox(const outbox&) = delete;
  outbox& operator=(const outbox&) = delete;

  /// `f` is called once, unless the record is cancelled: not before this
  /// returned where `now` is the first that was heard of it. `first`: before
  /// all that waits without it. Gives what cancels it.
  std::uint64_t send(output x, bool first, time_point now, written f);
  /// What becomes of it is not told any more; if it waits it is not written.
  void cancel(std::uint64_t token);
  /// `f` is called once.
  void find_topic(const std::string& topic, std::chrono::milliseconds timeout,
                  time_point now, found f);
  void create_topic(const std::string& topic, partition_t partitions,
                    int replication, std::chrono::milliseconds timeout,
                    time_point now, created f);

  /// False: there may be more.
  bool take_events(time_point now);
  /// To be called once a second or so.
  void look(time_point now);
  /// All is told.
  bool empty() const noexcept;
  /// Tells all that is not told yet.
  void fail_all(const kafka::error& why);
  /// The client, if there is one, to be ended. Nothing is told.
  std::unique_ptr<kafka::record_writer> release();

private:
  struct entry {
    std::uint64_t token = 0;
    output record;
    written tell;
    time_point since;
    bool first = false;
    bool alone = false;
  };
  /// To one partition.
  struct lane {
    std::deque<entry> alone;  // their batch was too large
    std::deque<entry> behind; // what came later
  };

  bool ensure_client(time_point now);
  void pump(time_point now);
  bool pump_lanes(time_point now);
  bool has_open(const topic_partition& to) const;
  lane* lane_of(const output& x);
  void let_go(std::deque<entry> behind);
  std::vector<std::deque<entry>*> queues();
  std::deque<entry>* next_queue();
  bool hand(std::deque<entry>& from, time_point now);
  void renew(const kafka::error& why, time_point now);
  bool take_overdue(time_point now);
  void drop_stuck(time_point now);

  void on_event(const kafka::record_written& x, time_point now);
  void on_event(const kafka::topic_found& x, time_point now);
  void on_event(const kafka::topic_created& x, time_point now);
  void on_event(const kafka::client_error& x, time_point now);
  void on_event(const kafka::log_line& x, time_point now);

  settings settings_;
  std::unique_ptr<kafka::record_writer> client_;
  time_point closed_until_{}; // no client is made before
  std::uint64_t last_token_ = 0;
  std::map<topic_partition, lane> lanes_;
  std::deque<entry> first_;
  std::deque<entry> waiting_;
  std::map<std::uint64_t, entry> open_; // the client has them
  std::map<std::uint64_t, found> look_ups_;
  std::map<std::uint64_t, created> creations_;
};

} // namespace cafka::actors
