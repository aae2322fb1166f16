#include "kafka/partition_counter.hpp"

#include <algorithm>
#include <utility>

namespace cafka::kafka {

namespace {

using clock = std::chrono::steady_clock;

using topic_ptr
  = std::unique_ptr<rd_kafka_topic_t, destroyer<rd_kafka_topic_destroy>>;
using metadata_ptr = std::unique_ptr<const rd_kafka_metadata_t,
                                     destroyer<rd_kafka_metadata_destroy>>;

int milliseconds_until(time_point x) {
  using std::chrono::milliseconds;
  auto left = std::chrono::duration_cast<milliseconds>(x - clock::now());
  return static_cast<int>(std::max<milliseconds::rep>(left.count(), 0));
}

// Topics that the broker does not let us see are left out: it will not let us
// read them either, and the client says so.
void add_counts(const rd_kafka_metadata_t& from, partitions_counted& to) {
  for (int i = 0; i < from.topic_cnt; ++i) {
    auto& x = from.topics[i];
    if (x.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
      to.counts[x.topic] = 0;
    else if (x.partition_cnt > 0)
      to.counts[x.topic] = x.partition_cnt;
  }
}

} // namespace

partition_counter::partition_counter(rd_kafka_t* client,
                                     std::function<void()> done)
  : client_(client), done_(std::move(done)) {
}

partition_counter::~partition_counter() {
  end();
}

void partition_counter::start(std::vector<std::string> topics,
                              std::chrono::milliseconds timeout) {
  {
    std::lock_guard guard{mutex_};
    if (std::exchange(running_, true))
      return;
  }
  if (thread_.joinable())
    thread_.join(); // it has given its answer
  auto deadline = clock::now() + timeout;
  thread_ = std::thread{[this, topics = std::move(topics), deadline] {
    auto answer = count(topics, deadline);
    {
      std::lock_guard guard{mutex_};
      answer_ = std::move(answer);
      running_ = false;
    }
    done_();
  }};
}

std::optional<partitions_counted> partition_counter::take() {
  std::lock_guard guard{mutex_};
  return std::exchange(answer_, std::nullopt);
}

void partition_counter::end() {
  ending_ = true;
  if (thread_.joinable())
    thread_.join();
}

partitions_counted
partition_counter::count(const std::vector<std::string>& topics,
                         time_point deadline) const {
  partitions_counted result;
  for (auto& x : topics) {
    result.failure = count(x, deadline, result);
    if (result.failure || ending_)
      break;
  }
  return result;
}

// One by one: asked for all that it knows, librdkafka lets the broker create
// what is missing.
error partition_counter::count(const std::string& topic, time_point deadline,
                               partitions_counted& to) const {
  topic_ptr handle{rd_kafka_topic_new(client_, topic.c_str(), nullptr)};
  if (!handle)
    return make_error(rd_kafka_last_error());
  const rd_kafka_metadata_t* found = nullptr;
  auto code = rd_kafka_metadata(client_, /* all_topics */ 0, handle.get(),
                                &found, milliseconds_until(deadline));
  metadata_ptr owned{found};
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return make_error(code);
  add_counts(*found, to);
  return {};
}

} // namespace cafka::kafka
