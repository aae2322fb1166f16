#pragma once

#include "support/app_process.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace cafka::test {

/// A process that speaks the line protocol of Kafka's verifiable consumer:
/// `cafka verifiable-consumer`, or Kafka's own.
class member {
public:
  using event = nlohmann::json;

  member(std::string name, const std::vector<std::string>& command);

  const std::string& name() const noexcept {
    return name_;
  }
  /// The events that came since the last call, without waiting. A line that is
  /// no event throws std::runtime_error.
  std::vector<event> read();
  /// Its streams have ended, so it will tell nothing any more.
  bool ended() const noexcept {
    return ended_;
  }
  /// For poll(2).
  int handle() const {
    return process_.output_handle();
  }
  void send(int signal) {
    process_.send(signal);
  }
  /// Its exit code, 128 + the signal that ended it; waits for the end.
  int wait() {
    return process_.wait();
  }
  /// Its memory that is resident now, in KiB; 0: it has ended.
  long resident_kib() const;
  /// The end of what was read of its standard output and error, 96 KiB at most.
  const std::string& out() const {
    return out_;
  }
  const std::string& err() const {
    return err_;
  }

private:
  std::string name_;
  app_process process_;
  std::string unread_; // the begin of a line
  std::string out_;
  std::string err_;
  bool ended_ = false;
};

} // namespace cafka::test
