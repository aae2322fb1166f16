#pragma once

#include "support/app_process.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace cafka::test {

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// What a run of the program left behind.
struct outcome {
  int code = 0;
  std::string out;
  std::string err;

  bool err_has(const std::string& text) const {
    return has(err, text);
  }
  bool out_has(const std::string& text) const {
    return has(out, text);
  }
  /// Of standard error.
  long lines() const {
    return std::count(err.begin(), err.end(), '\n');
  }
};

/// Runs the program to its end.
inline outcome run_program(std::vector<std::string> args,
                           const app_input& input = {}) {
  args.insert(args.begin(), CAFKA_PROGRAM);
  app_process program{args, input};
  auto code = program.wait();
  return {code, program.out(), program.err()};
}

} // namespace cafka::test
