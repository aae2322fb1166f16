#pragma once

#include "actors/group_producer/producer_link.hpp"
#include "actors/interfaces.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

namespace cafka::actors {

class manager_context;
struct group_manager_parts;

/// Dead letters and outputs on their way: to the group's producer, which is
/// made at its first use, and back as reports to those who wait for them.
class record_writes {
public:
  /// Spawns the group's producer.
  using producer_factory
    = std::function<group_producer_actor(producer_listener)>;

  record_writes(group_manager_parts& parts, producer_factory make_producer);

  /// Its report has `id`.
  template <class T>
  void write(T x, std::uint64_t id) {
    link_.write(std::move(x), id);
  }
  void on_report(const write_report& x);

  /// Before the first record is handed out it is known whether the topics for
  /// dead letters are there. True: it is.
  bool knows_letter_topics();
  void on_letter_topics(const letter_topics_checked& x);

  /// False: there is no producer.
  bool ping() const {
    return link_.ping();
  }
  /// Nothing is open that would count.
  void close();
  /// The manager ends.
  void kill();

private:
  group_producer_actor start(std::uint64_t incarnation);
  void on_down(std::uint64_t incarnation, const caf::error& cause);
  void take(const write_report& x);

  group_manager_parts& parts_;
  manager_context& context_;
  producer_factory make_producer_;
  producer_link link_;
  std::optional<group_producer_actor> producer_; // the last one
  bool asked_for_letter_topics_ = false;
};

} // namespace cafka::actors
