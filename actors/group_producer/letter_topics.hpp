#pragma once

#include "actors/outbox/outbox.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace cafka::actors {

/// The topics that dead letters go to: how many partitions they have, and where
/// it is wanted, that they are made. Each is asked for when it is first needed.
///
/// ```
///   unknown ── wanted ──► asked ── it is there ──► known ─ forget ─► unknown
///      ▲                  │ ▲ │
///      │ told: not there, │ │ └── not there, to be made ──► source_asked
///      │ or a failure     │ │                                 │ │
///      ├──────────────────┘ └───────── made ◄── created ──────┘ │
///      └──────────────────────────────── told: a failure ───────┘
///   a failure after which a broker may answer: asked again in a moment
/// ```
class letter_topics {
public:
  struct settings {
    bool create = false;
    int replication = -1; ///< -1: the broker's default
  };
  struct answer {
    partition_t partitions = 0;
    bool missing = false;
    kafka::error failure;
  };
  using told = std::function<void(const answer&)>;

  /// Longest wait for an answer of the brokers, before it is asked again.
  static constexpr std::chrono::milliseconds ask_timeout{5'000};

  letter_topics(outbox& box, settings x);

  /// `f` is called once: at once where the topic is known, and never while no
  /// broker answers. `source`: whose partitions it gets where it is made.
  void find(const std::string& topic, const std::string& source, time_point now,
            told f);
  /// A record could not be written there: it is asked for anew.
  void forget(const std::string& topic);
  /// Asks again what no broker answered. To be called once a second or so.
  void look(time_point now);
  /// Somebody waits for an answer.
  bool busy() const noexcept;
  /// Why there is no answer yet; success where that is not known.
  kafka::error last_failure(const std::string& topic) const;

private:
  enum class state { unknown, asked, source_asked, made, known };
  struct entry {
    state at = state::unknown;
    partition_t partitions = 0; // while known
    std::string source;
    bool made = false;    // by us: it may take a moment until it is seen
    bool to_ask = false;  // again, at the next look
    kafka::error failure; // of the last attempt
    std::vector<told> waiting;
  };

  static void transition_to(entry& of, state x) noexcept;
  void ask(const std::string& topic, time_point now);
  void on_found(const std::string& topic, const kafka::topic_found& x);
  void make(const std::string& topic);
  void on_source(const std::string& topic, const kafka::topic_found& x);
  void on_made(const std::string& topic, const kafka::topic_created& x);
  void fail(const std::string& topic, const kafka::error& why, bool missing);
  void send(entry& to, const answer& x);

  outbox& box_;
  settings settings_;
  std::map<std::string, entry> topics_;
  time_point now_{}; // of the last call
};

} // namespace cafka::actors
