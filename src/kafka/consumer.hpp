#pragma once

#include "core/thread_factory.hpp"
#include "kafka/client.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cafka::kafka {

/// librdkafka properties by their own names (`session.timeout.ms`).
using properties = std::map<std::string, std::string>;

/// librdkafka's consumer. No call blocks but `close` and `abandon`.
class consumer final : public client {
public:
  /// `wake` is called on librdkafka's threads, under its locks, when `poll` has
  /// something; it must only post. Errors name the property that librdkafka
  /// does not know or refuses, or tell that the system gives no thread. `props`
  /// needs bootstrap.servers and group.id. `headers`: of the records, are
  /// wanted. `make_thread`: for the calls that block, the last ones too.
  static result<std::unique_ptr<consumer>>
  open(const properties& props, std::function<void()> wake, bool headers = true,
       const core::thread_factory& make_thread = core::make_thread);

  /// As `abandon` if nothing else ended it.
  ~consumer() override;

  error subscribe(const std::vector<std::string>& topics) override;
  std::optional<client_event> poll() override;
  void catch_up() override;
  void look_up_committed(std::uint64_t token,
                         const std::vector<topic_partition>& partitions,
                         std::chrono::milliseconds timeout) override;
  void count_partitions(std::chrono::milliseconds timeout,
                        std::uint64_t token) override;
  void find_ends(std::vector<topic_partition> partitions,
                 std::chrono::milliseconds timeout,
                 std::uint64_t token = 0) override;
  void find_range(const topic_partition& tp, std::chrono::milliseconds timeout,
                  std::uint64_t token = 0) override;
  void find_position(const topic_partition& tp,
                     std::optional<std::int64_t> time_ms,
                     std::chrono::milliseconds timeout,
                     std::uint64_t token) override;
  core::record_source_ptr open_source(const topic_partition& tp,
                                      offset_t begin) override;
  error assign(const std::vector<partition_offset>& partitions) override;
  error unassign(const std::vector<topic_partition>& partitions) override;
  void commit(std::uint64_t token,
              const std::vector<partition_offset>& offsets) override;
  error seek(const partition_offset& to) override;
  error reposition(const partition_offset& to) override;
  void cut_off() override;
  void detach() override;
  std::function<void()> end(farewell how, std::chrono::milliseconds limit,
                            std::function<void(client_ended)> done) override;

  /// Partitions that are assigned now.
  std::vector<topic_partition> assignment() const;

  /// The handle is unusable; only its end makes sense.
  bool is_fatal() const;

  /// `end` with a farewell, waited for `limit` and `end_grace`. No callback
  /// runs after it returned. To be called where blocking is allowed.
  static client_ended close(std::unique_ptr<consumer> x,
                            std::chrono::milliseconds limit);

  /// `end` without one, waited for 1 s and `end_grace`.
  static client_ended abandon(std::unique_ptr<consumer> x);

  struct impl;

private:
  explicit consumer(std::shared_ptr<impl> x);
  std::shared_ptr<impl> impl_;
};

} // namespace cafka::kafka
