#pragma once

#include "demo/ledger.hpp"
#include "demo/watch.hpp"
#include "io/progress_line.hpp"

#include <cafka/types.hpp>

#include <cstdint>

namespace cafka::demo {

/// Tells on standard output how far the demo is.
class progress_meter {
public:
  progress_meter(std::uint64_t records, time_point start);
  /// To be called often; it writes when it is time.
  void show(time_point now, const ledger& books, const group_watch& watch);
  /// Makes room for other output.
  void end() {
    line_.end();
  }

private:
  void write(time_point now, const partition_facts& sum,
             const group_facts& group);

  std::uint64_t records_;
  time_point start_;
  io::progress_line line_;
  time_point last_;
  std::uint64_t last_handled_ = 0;
};

} // namespace cafka::demo
