#pragma once

#include <cafka/types.hpp>

#include <memory>
#include <string>
#include <vector>

namespace cafka::test {

/// Writes records in transactions. What fails throws std::runtime_error.
class transactional_producer {
public:
  transactional_producer(const std::string& endpoints, const std::string& id);
  ~transactional_producer();
  transactional_producer(const transactional_producer&) = delete;
  transactional_producer& operator=(const transactional_producer&) = delete;

  /// One transaction of so many records; their offsets.
  std::vector<offset_t> commit(const topic_partition& tp, int count);
  /// The same, aborted at last.
  std::vector<offset_t> abort(const topic_partition& tp, int count);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace cafka::test
