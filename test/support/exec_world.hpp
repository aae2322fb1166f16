#pragma once

#include "support/run_world.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <sys/stat.h>

namespace cafka::test {

/// A cluster, and a run of `command` as the handler.
struct exec_world : run_world {
  using run_world::run_world;

  std::vector<std::string> words(std::vector<std::string> command,
                                 std::vector<std::string> more = {}) const {
    std::vector<std::string> result{CAFKA_PROGRAM, "run", conf};
    result.insert(result.end(), more.begin(), more.end());
    result.push_back("--exec");
    result.insert(result.end(), command.begin(), command.end());
    return result;
  }
  std::string script(const std::string& text) const {
    auto path = files.write("handler", text);
    chmod(path.c_str(), 0755);
    return path;
  }
  std::string offsets() const {
    return output_of({"offsets", conf});
  }
  /// Until all of the partition's records are acked and committed.
  void await_all(app_process& x, int records) const {
    auto n = std::to_string(records);
    auto right = [&](std::size_t width) {
      return std::string(width - n.size(), ' ') + n;
    };
    while (
      !has(offsets(), "orders          0" + right(11) + right(5) + "    0"))
      REQUIRE(x.read_now());
  }
  std::string content(const std::string& name) const {
    std::ifstream in{files.path(name)};
    std::stringstream result;
    result << in.rdbuf();
    return result.str();
  }
};

/// Of a program that is stopped in order.
inline void stop(app_process& x) {
  x.send(SIGTERM);
  auto code = x.wait();
  INFO(x.err());
  CHECK(code == 0);
}

inline bool is_gone(pid_t x) {
  return kill(x, 0) == -1 && errno == ESRCH;
}

/// The process id behind `text` on standard error.
inline pid_t pid_behind(const app_process& x, const std::string& text) {
  auto at = x.err().find(text);
  return at == std::string::npos
           ? 0
           : std::atoi(x.err().c_str() + at + text.size());
}

} // namespace cafka::test
