#pragma once

#include "support/app_process.hpp"
#include "support/catch.hpp"

#include <cstdint>
#include <map>
#include <sstream>
#include <string>

namespace cafka::test {

/// The newest watermark of each partition in the status lines of a log, which
/// is text.
inline std::map<std::string, std::int64_t>
watermarks_in(const std::string& log) {
  std::map<std::string, std::int64_t> result;
  std::istringstream lines{log};
  std::string time;
  std::string level;
  std::string group;
  std::string partition;
  for (std::string line; std::getline(lines, line);) {
    const std::string name = " watermark=";
    auto at = line.find(name);
    std::istringstream words{line};
    if (at != std::string::npos && line.find(" status ") != std::string::npos
        && words >> time >> level >> group >> partition)
      result[group + ' ' + partition]
        = std::stoll(line.substr(at + name.size()));
  }
  return result;
}

/// Asks a run for its status by a signal until the watermarks of its partitions
/// are `sum` in all.
inline void await_watermarks(app_process& x, std::int64_t sum) {
  constexpr auto answer = " status name=";
  REQUIRE(x.await_error(" assigned generation=")); // it takes signals by now
  for (int asked = 1;; ++asked) {
    x.send(SIGUSR1);
    REQUIRE(x.await_error(answer, asked));
    std::int64_t found = 0;
    for (auto& [partition, watermark] : watermarks_in(x.err()))
      found += watermark;
    if (found == sum)
      return;
  }
}

} // namespace cafka::test
