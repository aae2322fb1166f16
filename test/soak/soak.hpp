#pragma once

#include "broker_support/scenario.hpp"

#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace cafka::test {

/// A group whose members come, go, crash and stand still while brokers fail and
/// records flow, by chance. Every now and then all is mended and must settle:
/// everything is handled and committed. One member, `steady`, lives from the
/// begin to the end; its memory is watched. What is done is told on standard
/// output, with its time.
class soak {
public:
  /// What stands still or is away in the cluster is mended first.
  soak(cluster& kafka, std::uint32_t seed);

  /// Throws std::runtime_error with what was broken and what the members said
  /// last.
  void run(std::chrono::seconds how_long);
  /// What was done and seen so far.
  std::string summary();

private:
  using clock = std::chrono::steady_clock;

  /// A member that may come to harm.
  struct guest {
    member* process;
    std::string instance; // empty: a dynamic member
    std::optional<clock::time_point> stands_still_until;
    bool is_to_end = false;
  };
  /// Brokers that are away or stand still.
  struct outage {
    std::vector<int> brokers;
    std::string mended_by; // what cluster::node does
    clock::time_point until;
  };
  struct memory {
    long first_kib = 0; // when all had settled for the first time
    long last_kib = 0;
    void sample(long kib);
  };

  // What chance may choose; false: it is not possible now.
  bool join();
  bool end(int signal, const std::string& what);
  bool stand_still();
  bool break_brokers(std::vector<int> which, const std::string& verb);
  bool break_one_broker();
  bool break_all_brokers();
  bool add_partition();

  void act();
  void do_what_is_due(bool all);
  void mend_brokers();
  void see_off();
  void settle();
  void check();
  guest* any_guest();
  std::uint32_t chance(std::uint32_t below);
  void tell(const std::string& what) const;
  void done(const std::string& action, const std::string& what);

  cluster& kafka_;
  const std::uint32_t seed_;
  std::mt19937 random_;
  const clock::time_point begin_ = clock::now();
  scenario run_;
  member* steady_ = nullptr;
  std::list<guest> guests_;
  std::optional<outage> outage_;
  int partitions_;
  int joined_ = 0;
  int settled_ = 0;
  memory steady_memory_;
  memory own_memory_;
  std::map<std::string, int> actions_; // how often, by kind
};

} // namespace cafka::test
