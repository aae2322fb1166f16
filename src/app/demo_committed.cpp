#include "app/demo_committed.hpp"

#include "kafka/consumer.hpp"

#include <cafka/errors.hpp>

#include <condition_variable>
#include <mutex>

namespace cafka::app::demo {

namespace {

using std::chrono::seconds;

constexpr auto answer_limit = seconds{10};

/// Woken by the client, waited at by us.
class doorbell {
public:
  void ring() {
    std::lock_guard guard{mutex_};
    rung_ = true;
    changed_.notify_one();
  }
  /// False: `deadline` passed.
  bool wait(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock guard{mutex_};
    auto result = changed_.wait_until(guard, deadline,
                                      [this] { return rung_; });
    rung_ = false;
    return result;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool rung_ = false;
};

std::optional<kafka::committed_found> await_answer(kafka::consumer& client,
                                                   doorbell& bell) {
  auto deadline = std::chrono::steady_clock::now() + answer_limit;
  do {
    while (auto x = client.poll())
      if (auto* found = std::get_if<kafka::committed_found>(&*x))
        return std::move(*found);
  } while (bell.wait(deadline));
  return std::nullopt;
}

} // namespace

caf::expected<std::map<partition_t, offset_t>>
committed_at_broker(const std::string& endpoints, const std::string& group,
                    const std::string& topic, std::size_t partitions) {
  doorbell bell; // outlives the client
  auto client = kafka::consumer::open({{"bootstrap.servers", endpoints},
                                       {"group.id", group}},
                                      [&bell] { bell.ring(); });
  if (!client)
    return make_error(client.failure().code, client.failure().text);
  std::vector<topic_partition> asked;
  for (std::size_t i = 0; i < partitions; ++i)
    asked.push_back({topic, static_cast<partition_t>(i)});
  (*client)->look_up_committed(1, asked, answer_limit);
  auto found = await_answer(**client, bell);
  kafka::consumer::abandon(std::move(*client));
  if (!found)
    return make_error(errc::timed_out, "the broker did not answer in time");
  if (found->failure)
    return make_error(found->failure.code, found->failure.text);
  std::map<partition_t, offset_t> result;
  for (auto& x : found->entries)
    if (x.offset)
      result[x.tp.partition] = *x.offset;
  return result;
}

} // namespace cafka::app::demo
