#pragma once

#include "core/thread_factory.hpp"
#include "kafka/consumer.hpp"
#include "kafka/record_writer.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace cafka::kafka {

/// librdkafka's producer: idempotent, with the acks of all in-sync replicas.
class idempotent_producer final : public record_writer {
public:
  /// `wake` is called on librdkafka's threads, under its locks, when `poll` has
  /// something; it must only post. `props` needs bootstrap.servers. Errors name
  /// the property that librdkafka refuses, or tell that the system gives no
  /// thread. `make_thread`: for the calls that block, the last ones too.
  static result<std::unique_ptr<idempotent_producer>>
  open(const properties& props, std::function<void()> wake,
       const core::thread_factory& make_thread = core::make_thread);

  /// Makes producers with these properties, each with a `wake` of its own.
  static writer_factory factory(properties props);

  /// Says what is wrong with such properties, by the name of one; success: a
  /// producer can be made. Connects to nobody.
  static error check(const properties& props);

  /// Waits for its end as long as `end_grace` says.
  ~idempotent_producer() override;

  result<bool> send(std::uint64_t token, const output& x) override;
  std::optional<writer_event> poll() override;
  void find_topic(std::uint64_t token, const std::string& topic,
                  std::chrono::milliseconds timeout) override;
  void create_topic(std::uint64_t token, const std::string& topic,
                    partition_t partitions, int replication,
                    std::chrono::milliseconds timeout) override;
  void detach() override;
  /// Drops what is not reported. There is no farewell, so nothing that the
  /// limit is for.
  std::function<void()> end(farewell how, std::chrono::milliseconds limit,
                            std::function<void(client_ended)> done) override;

  struct impl;

private:
  explicit idempotent_producer(std::shared_ptr<impl> x);
  std::shared_ptr<impl> impl_;
};

} // namespace cafka::kafka
