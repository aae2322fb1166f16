#pragma once

#include <nlohmann/json.hpp>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace cafka::bench {

/// A program that reads what BENCH_… says and prints a line of JSON about it:
/// see `cafka bench-consumer --help`.
struct peer {
  std::string name;
  std::vector<std::string> command;
  std::string base; ///< the name of the peer that it is compared with
};

/// librdkafka's plain loop and cafka, with glibc's malloc and, where that was
/// found, with mimalloc; the first is the base of all.
std::vector<peer> all_peers();
/// A client of somebody else's, as `NAME=COMMAND`, compared with librdkafka's
/// loop with mimalloc, where that was found.
peer other_peer(const std::string& text);
/// What is shipped: cafka with mimalloc, where that was found.
peer best_cafka();
/// Those of them with this name.
peer peer_named(const std::string& name);

using environment = std::map<std::string, std::string>;
/// Numbers by their names.
using figures = std::map<std::string, double>;

/// What a run of a peer said, and what the system says of it: `cpu_s` and
/// `switches` between threads, of the whole process.
struct peer_run {
  nlohmann::json line;
  figures numbers; ///< of the line, too
};

/// Runs it; `meanwhile` is called with the process's id once it runs. Anything
/// but exit code 0 and one line throws std::runtime_error.
peer_run run(const peer& who, const environment& what,
             const std::function<void(int pid)>& meanwhile = {});

/// Runs it until `meanwhile` is over, and then sends SIGTERM.
void run_for(const peer& who, const environment& what,
             const std::function<void(int pid)>& meanwhile);

/// Runs these in turn, so often; what each said, by its name. `prepare` gives
/// the environment of one run.
using peer_figures = std::map<std::string, std::vector<figures>>;
peer_figures run_in_turn(const std::vector<peer>& peers, int rounds,
                         const std::function<peer_run(const peer&)>& one_run);

double median(std::vector<double> xs);
/// Of one figure over all rounds.
double median(const std::vector<figures>& rounds, const std::string& name);
/// Of the figure's ratio to that of `base` in the same round.
double median_ratio(const std::vector<figures>& rounds,
                    const std::vector<figures>& base, const std::string& name);

} // namespace cafka::bench
