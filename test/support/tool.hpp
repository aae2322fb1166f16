#pragma once

#include "support/app_process.hpp"

#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

namespace cafka::test {

/// What a program left behind.
struct tool_run {
  int code = 0;
  std::string out;
  std::string err;
};

inline tool_run run_tool(const std::vector<std::string>& args,
                         const std::string& input = {}) {
  app_process x{args, {input}};
  auto code = x.wait();
  return {code, x.out(), x.err()};
}

/// The folder with prometheus and promtool. Nothing: they cannot be had, which
/// it says, so that the test counts as skipped.
inline std::optional<std::string> prometheus_folder() {
  auto x = run_tool({CAFKA_SCRIPTS "/prometheus"});
  if (x.code != 0) {
    std::cout << "SKIPPED: no Prometheus: " << x.err << "\n";
    return std::nullopt;
  }
  return x.out.substr(0, x.out.find('\n'));
}

/// Chromium without a window. Nothing: as above.
inline std::optional<std::string> chromium() {
  for (auto* path : {"/usr/bin/chromium-headless-shell", "/usr/bin/chromium"})
    if (std::filesystem::exists(path))
      return path;
  std::cout << "SKIPPED: neither chromium-headless-shell nor chromium is "
               "installed\n";
  return std::nullopt;
}

} // namespace cafka::test
