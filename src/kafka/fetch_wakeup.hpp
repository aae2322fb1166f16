#pragma once

#include "kafka/handles.hpp"
#include "kafka/question_thread.hpp"

#include <cafka/types.hpp>

#include <mutex>
#include <set>

namespace cafka::kafka {

/// Lets librdkafka go on fetching a partition whose queue has room again; see
/// `stops_fetching_for_long`. Any question to the partition's leader wakes the
/// thread that fetches from it, and its answer is of no interest.
class fetch_wakeup {
public:
  /// Uses the client on `thread`, for milliseconds at a time.
  fetch_wakeup(rd_kafka_t* client, question_thread& thread);

  /// Any thread. Only a hint: it does not wait, and does not fail.
  void wake(const topic_partition& tp) noexcept;

private:
  void ask(const topic_partition& tp);

  rd_kafka_t* const client_;
  question_thread& thread_;
  std::mutex mutex_;                  // guards what follows
  std::set<topic_partition> waiting_; // to be asked for
};

} // namespace cafka::kafka
