#pragma once

#include "demo/ledger.hpp"
#include "demo/watch.hpp"
#include "io/progress_line.hpp"

#include <cafka/types.hpp>

#include <cstdint>
#include <string>

namespace cafka::demo {

/// Tells on standard output how far the demo is.
class progress_meter {
public:
  progress_meter(std::uint64_t records, time_point start);
  /// To be called often; it writes when it is time, and when the group has got
  /// all partitions or lost them. `kills`: its coordinator is about to die.
  void show(time_point now, const ledger& books, const watched_facts& group,
            bool kills);
  /// Makes room for other output.
  void end() {
    line_.end();
  }

private:
  std::string describe(time_point now, const partition_facts& sum,
                       const watched_facts& group, bool kills) const;

  std::uint64_t records_;
  time_point start_;
  io::progress_line line_;
  time_point last_;
  std::uint64_t last_handled_ = 0;
  bool joining_ = true;
};

} // namespace cafka::demo
