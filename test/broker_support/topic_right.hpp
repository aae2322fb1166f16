#pragma once

#include "broker_support/cluster.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace cafka::test {

/// The right to read one topic, or to write to it, which the broker's operator
/// takes away from those without a login and gives back; any other right on the
/// topic everybody has. One thread. What fails throws std::runtime_error.
class topic_right {
public:
  enum class use { read, write };

  topic_right(const cluster& kafka, const std::string& topic, use what);
  ~topic_right();
  topic_right(const topic_right&) = delete;
  topic_right& operator=(const topic_right&) = delete;

  void take_away();
  void give_back();
  /// How many fetches of the topic the broker has refused so far, by its log.
  int refused_fetches() const;
  /// Until they are more than `before`. False: they are not within `limit`.
  bool await_refusal(int before, std::chrono::milliseconds limit) const;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace cafka::test
