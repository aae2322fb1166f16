#pragma once

#include "broker_support/cluster.hpp"
#include "broker_support/member.hpp"
#include "broker_support/member_program.hpp"
#include "broker_support/record_writer.hpp"
#include "broker_support/scenario_options.hpp"
#include "invariants/invariants.hpp"

#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cafka::test {

/// One topic, one group, processes that are its members, a producer, and the
/// invariants over all of them. What is seen is fed to them while `await` or
/// `finish` waits. One thread. What cannot be had throws std::runtime_error
/// with what the members said last.
class scenario {
public:
  using options = scenario_options;

  /// The topic and the group have names of their own.
  scenario(cluster& kafka, options x);
  ~scenario();
  scenario(const scenario&) = delete;
  scenario& operator=(const scenario&) = delete;

  const std::string& topic() const noexcept {
    return topic_;
  }
  const std::string& group() const noexcept {
    return topic_;
  }
  topic_partition partition(int x) const {
    return {topic_, x};
  }
  /// Of members that join from now on.
  void reset_policy(const std::string& x) {
    options_.reset_policy = x;
  }
  invariants& facts() noexcept {
    return facts_;
  }

  // -- members ----------------------------------------------------------------

  /// How a program becomes a member of `in`.
  std::vector<std::string> command(const member_program& program,
                                   const std::string& in) const;
  /// Starts a member; it lives until `finish` or the end.
  member& join(const std::string& name,
               const std::vector<std::string>& further = {},
               const member_program& program = cafka_member());
  /// SIGSTOP: it holds what it has until it learns better.
  void pause(member& x);
  /// SIGKILL, and waits for its end.
  void crash(member& x);
  /// SIGTERM; waits for its end and gives its exit code.
  int leave(member& x);
  /// Waits for its end; its exit code.
  int await_end(member& x);
  /// How often the member told an event of this name.
  int count(const member& x, const std::string& event) const;
  /// The same of all members.
  std::uint64_t count(const std::string& event) const;
  /// How often a commit of the members of this name was refused.
  std::uint64_t refused_commits(const std::string& member) const;
  /// The same of all.
  std::uint64_t refused_commits() const;
  /// Of a member that has ended nothing is kept; `x` is void.
  void forget(const member& x);

  // -- records ----------------------------------------------------------------

  /// Writes so many records, evenly over the partitions.
  void produce(int count);
  /// From now on writes records all the time while something is awaited.
  void keep_producing(bool on) {
    writer_.keep_writing(on);
  }
  /// The partitions that records go to from now on.
  void produce_to(int partitions) {
    partitions_ = partitions;
    writer_.partitions(partitions);
  }

  // -- brokers ----------------------------------------------------------------

  /// What cluster::node does to these brokers at once, while the scenario goes
  /// on; until it is done.
  void nodes(const std::vector<int>& numbers, const std::string& verb);
  void node(int number, const std::string& verb) {
    nodes({number}, verb);
  }

  // -- waiting ----------------------------------------------------------------

  /// Until `done`, looking at it whenever something was seen.
  void await(const std::string& what, const std::function<bool()>& done);
  /// Until so many more records were handled by anybody.
  void await_handled(std::uint64_t more);
  /// Until that time has passed, for what only time brings about.
  void await_time(std::chrono::milliseconds x);
  /// Until these members hold all partitions, each at least one, and together
  /// each just once.
  void await_balance(const std::vector<const member*>& who);
  /// Until everything produced was handled and committed.
  void await_all();
  /// All that was broken so far, a line each, and what the members said last;
  /// nothing is good.
  std::string broken() const;
  /// Ends the scenario: no more records, everything is handled and committed;
  /// then the members leave in order. All that was broken, a line each; nothing
  /// is good.
  std::string finish();

private:
  struct life;

  life& life_of(const member& x);
  void look();
  std::vector<topic_partition> all_partitions() const;
  void take(life& x, const member::event& e);
  void wait_a_little();
  std::string report() const;

  cluster& kafka_;
  options options_;
  std::string topic_;
  int partitions_;
  invariants facts_;
  std::list<life> lives_;
  std::map<std::string, std::uint64_t> told_;    // events of all, by name
  std::map<std::string, std::uint64_t> refused_; // commits, by member
  record_writer writer_;
  scratch_directory files_;
};

} // namespace cafka::test
