/// What everything is compared with: librdkafka's own batch call in one thread,
/// as its documentation has it, with its defaults; where latency is measured,
/// one by one. The same environment and the same line as `cafka
/// bench-consumer`, as far as a plain loop can have it.

#include "bench/consumer/input.hpp"
#include "bench/consumer/tally.hpp"

#include "kafka/handles.hpp"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <stdexcept>

namespace {

using namespace cafka;
using namespace cafka::bench;
using json = nlohmann::ordered_json;
using clock = bench_tally::clock;
using seconds = std::chrono::duration<double>;
using milliseconds = std::chrono::duration<double, std::milli>;
using wall_clock = std::chrono::system_clock;

constexpr std::size_t batch_size = 1'000;
constexpr int poll_ms = 100;

/// The default of `commit-interval`.
constexpr auto commit_interval = std::chrono::seconds{5};
constexpr int flush_limit_ms = 60'000;
constexpr int on_their_way_max = 500'000;

class raw_consumer {
public:
  explicit raw_consumer(const bench_input& x)
    : input_(x), tally_(x.count, x.partitions) {
    auto* conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", x.brokers);
    set(conf, "group.id", x.group);
    set(conf, "auto.offset.reset", "earliest");
    set(conf, "partition.assignment.strategy", "cooperative-sticky");
    rd_kafka_conf_set_opaque(conf, this);
    rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
    char text[512];
    client_ = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof(text));
    if (client_ == nullptr)
      throw std::runtime_error(text);
    rd_kafka_poll_set_consumer(client_);
    if (!x.out.empty())
      open_producer();
    queue_.reset(rd_kafka_queue_get_consumer(client_));
  }
  ~raw_consumer() {
    queue_.reset();
    rd_kafka_destroy(client_);
    if (producer_ != nullptr)
      rd_kafka_destroy(producer_);
  }
  raw_consumer(const raw_consumer&) = delete;
  raw_consumer& operator=(const raw_consumer&) = delete;

  json run() {
    kafka::list_ptr topics{rd_kafka_topic_partition_list_new(1)};
    rd_kafka_topic_partition_list_add(topics.get(), input_.topic.c_str(),
                                      RD_KAFKA_PARTITION_UA);
    auto started = clock::now();
    auto begin = wall_clock::now();
    rd_kafka_subscribe(client_, topics.get());
    while (!tally_.done())
      take_batch();
    auto sum = tally_.sum();
    json x{{"peer", "librdkafka"}};
    if (input_.partitions != 0) {
      auto close_begun = clock::now();
      rd_kafka_consumer_close(client_);
      x["scenario"] = "assign";
      x["seconds_assign"] = seconds{sum.last - started}.count();
      x["seconds_revoke"] = seconds{clock::now() - close_begun}.count();
      return x;
    }
    auto start_s = input_.start_s != 0
                     ? input_.start_s
                     : seconds{begin.time_since_epoch()}.count();
    auto end_s = seconds{wall_clock::now().time_since_epoch()}.count();
    if (producer_ != nullptr)
      commit();
    auto fetch_s
      = seconds{(producer_ != nullptr ? clock::now() : sum.last) - sum.first}
          .count();
    rd_kafka_consumer_close(client_);
    x["version"] = rd_kafka_version_str();
    x["records"] = sum.records;
    x["bytes"] = sum.bytes;
    x["seconds_fetch"] = fetch_s;
    x["seconds_total"] = end_s - start_s;
    x["msgs_per_s"] = static_cast<double>(sum.records) / fetch_s;
    if (auto xs = tally_.latencies(); !xs.empty()) {
      x["latency_ms_p50"] = milliseconds{quantile(xs, 500)}.count();
      x["latency_ms_p99"] = milliseconds{quantile(xs, 990)}.count();
      x["latency_ms_p999"] = milliseconds{quantile(xs, 999)}.count();
    }
    return x;
  }

private:
  static void set(rd_kafka_conf_t* conf, const char* name,
                  const std::string& value) {
    char text[512];
    if (rd_kafka_conf_set(conf, name, value.c_str(), text, sizeof(text))
        != RD_KAFKA_CONF_OK)
      throw std::runtime_error(text);
  }

  static void on_rebalance(rd_kafka_t* client, rd_kafka_resp_err_t code,
                           rd_kafka_topic_partition_list_t* list,
                           void* opaque) {
    auto& tally = static_cast<raw_consumer*>(opaque)->tally_;
    if (code != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
      rd_kafka_error_destroy(rd_kafka_incremental_unassign(client, list));
      return;
    }
    rd_kafka_error_destroy(rd_kafka_incremental_assign(client, list));
    for (int i = 0; i < list->cnt; ++i)
      tally.built();
  }

  void take_batch() {
    // It waits until a batch is full or the time is over.
    auto n = rd_kafka_consume_batch_queue(queue_.get(), poll_ms, batch_,
                                          input_.latency ? 1 : batch_size);
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;
    for (ssize_t i = 0; i < n; ++i) {
      if (batch_[i]->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        ++records;
        bytes += batch_[i]->len;
        if (input_.latency)
          measure(*batch_[i]);
        if (producer_ != nullptr)
          write(*batch_[i]);
      }
      rd_kafka_message_destroy(batch_[i]);
    }
    if (records == 0)
      return;
    tally_.add(records, bytes);
    tally_.add_latencies(latencies_);
    latencies_.clear();
    if (producer_ != nullptr && clock::now() >= next_commit_)
      commit();
  }

  // -- where each record is written, too

  /// As safe as a group's.
  void open_producer() {
    auto* conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", input_.brokers);
    set(conf, "enable.idempotence", "true");
    set(conf, "acks", "all");
    set(conf, "queue.buffering.max.messages", "10000000");
    set(conf, "queue.buffering.max.kbytes", "2147483647");
    rd_kafka_conf_set_opaque(conf, this);
    rd_kafka_conf_set_dr_msg_cb(
      conf, [](rd_kafka_t*, const rd_kafka_message_t* x, void* self) {
        if (x->err != RD_KAFKA_RESP_ERR_NO_ERROR)
          static_cast<raw_consumer*>(self)->failed_ = true;
      });
    char text[512];
    producer_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof(text));
    if (producer_ == nullptr)
      throw std::runtime_error(text);
    next_commit_ = clock::now() + commit_interval;
  }

  /// At most as much is on its way as a group lets be.
  void write(const rd_kafka_message_t& x) {
    auto code = rd_kafka_producev(
      producer_, RD_KAFKA_V_TOPIC(input_.out.c_str()),
      RD_KAFKA_V_PARTITION(x.partition), RD_KAFKA_V_VALUE(x.payload, x.len),
      RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR || failed_)
      throw std::runtime_error("a record cannot be written");
    while (rd_kafka_outq_len(producer_) > on_their_way_max)
      rd_kafka_poll(producer_, 1);
  }

  /// All that was read, once it is written.
  void commit() {
    rd_kafka_flush(producer_, flush_limit_ms);
    if (failed_ || rd_kafka_outq_len(producer_) != 0)
      throw std::runtime_error("records cannot be written");
    rd_kafka_commit(client_, nullptr, /* async */ 0);
    next_commit_ = clock::now() + commit_interval;
  }

  void measure(const rd_kafka_message_t& x) {
    std::int64_t sent_ns = 0;
    if (x.len >= sizeof(sent_ns))
      std::memcpy(&sent_ns, x.payload, sizeof(sent_ns));
    if (sent_ns != 0)
      latencies_.push_back(wall_clock::now().time_since_epoch()
                           - std::chrono::nanoseconds{sent_ns});
  }

  const bench_input input_;
  bench_tally tally_;
  rd_kafka_t* client_ = nullptr;
  kafka::queue_ptr queue_;
  rd_kafka_message_t* batch_[batch_size];
  std::vector<bench_tally::duration> latencies_;
  rd_kafka_t* producer_ = nullptr; // null: nothing is written
  bool failed_ = false;            // a report of it
  clock::time_point next_commit_;
};

} // namespace

int main() {
  try {
    auto read = read_bench_input([](const char* x) { return std::getenv(x); });
    for (auto& x : read.errors)
      std::cerr << x << "\n";
    if (!read.errors.empty())
      return 2;
    raw_consumer x{read.input};
    auto line = x.run();
    line["peak_mb"] = peak_mb();
    std::cout << line.dump() << std::endl;
    return 0;
  } catch (const std::exception& x) {
    std::cerr << x.what() << "\n";
    return 1;
  }
}
