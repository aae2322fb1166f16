#include "broker_support/cluster.hpp"

#include "kafka/consumer.hpp"
#include "kafka/handles.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>

namespace cafka::test {

namespace {

namespace fs = std::filesystem;
using kafka::event_ptr;
using kafka::list_ptr;
using kafka::queue_ptr;
using std::chrono::milliseconds;

using new_topic_ptr
  = std::unique_ptr<rd_kafka_NewTopic_t,
                    kafka::destroyer<rd_kafka_NewTopic_destroy>>;
using old_topic_ptr
  = std::unique_ptr<rd_kafka_DeleteTopic_t,
                    kafka::destroyer<rd_kafka_DeleteTopic_destroy>>;
using new_partitions_ptr
  = std::unique_ptr<rd_kafka_NewPartitions_t,
                    kafka::destroyer<rd_kafka_NewPartitions_destroy>>;
using resource_ptr
  = std::unique_ptr<rd_kafka_ConfigResource_t,
                    kafka::destroyer<rd_kafka_ConfigResource_destroy>>;
using admin_options_ptr
  = std::unique_ptr<rd_kafka_AdminOptions_t,
                    kafka::destroyer<rd_kafka_AdminOptions_destroy>>;

/// One question to a broker. Several are asked while brokers are away, so it is
/// short; who needs the answer asks again.
constexpr int ask_ms = 3'000;
/// What the operator does must happen, whatever is elected meanwhile.
constexpr int do_ms = 30'000;
/// Between two looks at all brokers; the client's events are served meanwhile.
constexpr int look_ms = 100;

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what);
}

void require(rd_kafka_resp_err_t code, const std::string& what) {
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    fail(what + ": " + rd_kafka_err2str(code));
}

std::string read_file(const std::string& path) {
  std::ifstream in{path};
  std::string line;
  std::getline(in, line);
  return line;
}

} // namespace

struct cluster::impl {
  explicit impl(std::string where) : directory(std::move(where)) {
  }
  ~impl() {
    observers.clear();
    if (client != nullptr)
      rd_kafka_destroy(client);
  }
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  /// Made when it is asked for: some tests need none.
  rd_kafka_t* admin() {
    if (client == nullptr) {
      auto* conf = rd_kafka_conf_new();
      auto set = [&](const char* key, const std::string& value) {
        rd_kafka_conf_set(conf, key, value.c_str(), nullptr, 0);
      };
      set("bootstrap.servers", read_file(directory + "/bootstrap"));
      // One that stands still is asked once.
      set("socket.timeout.ms", std::to_string(ask_ms));
      set("log_level", "0");
      set("reconnect.backoff.max.ms", "200");
      char text[256];
      client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof(text));
      if (client == nullptr)
        fail(text);
    }
    return client;
  }

  /// Sends a request of the admin interface and waits for its event.
  template <class Send>
  event_ptr ask(rd_kafka_admin_op_t op, int limit_ms, Send send) {
    admin_options_ptr options{rd_kafka_AdminOptions_new(admin(), op)};
    rd_kafka_AdminOptions_set_request_timeout(options.get(), limit_ms, nullptr,
                                              0);
    // Without it the answer is given up after socket.timeout.ms. Refused for
    // what has no such limit.
    rd_kafka_AdminOptions_set_operation_timeout(options.get(), limit_ms,
                                                nullptr, 0);
    queue_ptr queue{rd_kafka_queue_new(admin())};
    send(options.get(), queue.get());
    return event_ptr{rd_kafka_queue_poll(queue.get(), 2 * limit_ms)};
  }

  /// The same for what must happen. A connection on which another question
  /// waited for socket.timeout.ms is given up with all that is on its way, so
  /// this is asked again. `again`: asked before.
  template <class Send>
  event_ptr command(const std::string& what, rd_kafka_admin_op_t op, Send send,
                    bool* again = nullptr) {
    event_ptr event;
    for (int i = 0; i < do_ms / ask_ms; ++i) {
      if (again != nullptr)
        *again = i > 0;
      event = ask(op, do_ms, send);
      if (event
          && rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR__TIMED_OUT)
        break;
    }
    if (!event)
      fail(what + ": no answer");
    require(rd_kafka_event_error(event.get()), what);
    return event;
  }

  /// The same for what is done to one topic. `is_done`: what the broker says
  /// where the first question came through after all.
  template <class Send, class Results>
  void change(const std::string& what, rd_kafka_admin_op_t op, Send send,
              Results results, rd_kafka_resp_err_t is_done) {
    auto again = false;
    auto event = command(what, op, send, &again);
    std::size_t count = 0;
    auto* topics = results(event.get(), &count);
    for (std::size_t i = 0; i < count; ++i)
      if (auto code = rd_kafka_topic_result_error(topics[i]);
          !again || code != is_done)
        require(code, what);
  }

  void create(const std::string& name, rd_kafka_NewTopic_t* topic) {
    change(
      "create " + name, RD_KAFKA_ADMIN_OP_CREATETOPICS,
      [&](auto* options, auto* queue) {
        rd_kafka_CreateTopics(admin(), &topic, 1, options, queue);
      },
      [](auto* event, auto* count) {
        return rd_kafka_CreateTopics_result_topics(
          rd_kafka_event_CreateTopics_result(event), count);
      },
      RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS);
  }

  /// Somebody who could be a member of the group, and never is.
  kafka::consumer& observer(const std::string& group) {
    auto& result = observers[group];
    if (!result) {
      auto made = kafka::consumer::open(
        {{"bootstrap.servers", read_file(directory + "/bootstrap")},
         {"group.id", group},
         {"reconnect.backoff.max.ms", "200"}},
        [] {});
      if (!made)
        fail(made.failure().text);
      result = std::move(*made);
    }
    return *result;
  }

  const rd_kafka_metadata_t* metadata() {
    const rd_kafka_metadata_t* result = nullptr;
    rd_kafka_metadata(admin(), 1, nullptr, &result, ask_ms);
    return result;
  }

  std::string directory;
  rd_kafka_t* client = nullptr;
  std::map<std::string, std::unique_ptr<kafka::consumer>> observers; // by group
};

std::string unique_name() {
  static int count = 0;
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return fmt::format(
    "t{}-{}-{}", getpid(),
    std::chrono::duration_cast<std::chrono::milliseconds>(now).count()
      % 1'000'000,
    ++count);
}

cluster::cluster(const std::string& name) {
  auto* other = std::getenv("CAFKA_CLUSTER");
  std::string where = CAFKA_CLUSTERS;
  where += other != nullptr ? other : name.c_str();
  impl_ = std::make_unique<impl>(where);
  if (fs::exists(where + "/bootstrap"))
    return;
  std::cout << "SKIPPED: no Apache Kafka runs in " << where
            << " (script/kafka start --dir " << where << ")" << std::endl;
  fail("no Apache Kafka");
}

cluster::~cluster() = default;

std::string cluster::path(const std::string& file) const {
  return impl_->directory + "/" + file;
}

std::string cluster::endpoints(const std::string& listener) const {
  return read_file(path(listener));
}

// -- brokers ------------------------------------------------------------------

int cluster::size() const {
  int result = 0;
  while (fs::exists(path("node-" + std::to_string(result + 1))))
    ++result;
  return result;
}

std::unique_ptr<app_process> cluster::node(int number,
                                           const std::string& verb) {
  app_input input;
  input.limit = std::chrono::seconds{150}; // more than script/kafka's own
  return std::make_unique<app_process>(
    std::vector<std::string>{CAFKA_KAFKA, "node", std::to_string(number), verb,
                             "--dir", impl_->directory},
    input);
}

void cluster::heal() {
  std::vector<std::unique_ptr<app_process>> starts; // one alone serves nothing
  for (int i = 1; i <= size(); ++i) {
    auto file = path("node-" + std::to_string(i) + "/pid");
    auto pid = fs::exists(file) ? std::stoi(read_file(file)) : 0;
    if (pid != 0 && kill(pid, SIGCONT) == 0)
      continue;
    starts.push_back(node(i, "start"));
  }
  for (auto& x : starts)
    if (x->wait() != 0)
      fail(x->err());
  auto deadline = std::chrono::steady_clock::now() + milliseconds{do_ms};
  while (!is_whole()) {
    if (std::chrono::steady_clock::now() > deadline)
      fail("the replicas do not get in sync");
    rd_kafka_poll(impl_->admin(), look_ms);
  }
}

bool cluster::is_whole() {
  auto* all = impl_->metadata();
  bool result = all != nullptr && all->broker_cnt == size();
  for (int i = 0; result && i < all->topic_cnt; ++i)
    for (int j = 0; result && j < all->topics[i].partition_cnt; ++j) {
      auto& x = all->topics[i].partitions[j];
      result = x.leader >= 0 && x.isr_cnt == x.replica_cnt;
    }
  if (all != nullptr)
    rd_kafka_metadata_destroy(all);
  return result;
}

// -- topics -------------------------------------------------------------------

void cluster::create_topic(const std::string& name, int partitions,
                           const settings& config) {
  new_topic_ptr topic{
    rd_kafka_NewTopic_new(name.c_str(), partitions, size(), nullptr, 0)};
  for (auto& [key, value] : config)
    rd_kafka_NewTopic_set_config(topic.get(), key.c_str(), value.c_str());
  impl_->create(name, topic.get());
}

void cluster::create_topic_at(int broker, const std::string& name,
                              int partitions) {
  constexpr int as_assigned = -1;
  new_topic_ptr topic{
    rd_kafka_NewTopic_new(name.c_str(), partitions, as_assigned, nullptr, 0)};
  for (int i = 0; i < partitions; ++i)
    rd_kafka_NewTopic_set_replica_assignment(topic.get(), i, &broker, 1,
                                             nullptr, 0);
  impl_->create(name, topic.get());
}

void cluster::delete_topic(const std::string& name) {
  old_topic_ptr topic{rd_kafka_DeleteTopic_new(name.c_str())};
  impl_->change(
    "delete " + name, RD_KAFKA_ADMIN_OP_DELETETOPICS,
    [&](auto* options, auto* queue) {
      auto* x = topic.get();
      rd_kafka_DeleteTopics(impl_->admin(), &x, 1, options, queue);
    },
    [](auto* event, auto* count) {
      return rd_kafka_DeleteTopics_result_topics(
        rd_kafka_event_DeleteTopics_result(event), count);
    },
    RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
}

void cluster::grow_topic(const std::string& name, int partitions) {
  new_partitions_ptr more{rd_kafka_NewPartitions_new(
    name.c_str(), static_cast<std::size_t>(partitions), nullptr, 0)};
  impl_->change(
    "grow " + name, RD_KAFKA_ADMIN_OP_CREATEPARTITIONS,
    [&](auto* options, auto* queue) {
      auto* x = more.get();
      rd_kafka_CreatePartitions(impl_->admin(), &x, 1, options, queue);
    },
    [](auto* event, auto* count) {
      return rd_kafka_CreatePartitions_result_topics(
        rd_kafka_event_CreatePartitions_result(event), count);
    },
    RD_KAFKA_RESP_ERR_INVALID_PARTITIONS);
}

void cluster::configure_topic(const std::string& name, const settings& config) {
  resource_ptr topic{
    rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name.c_str())};
  for (auto& [key, value] : config)
    rd_kafka_ConfigResource_set_config(topic.get(), key.c_str(), value.c_str());
  impl_->command("configure " + name, RD_KAFKA_ADMIN_OP_ALTERCONFIGS,
                 [&](auto* options, auto* queue) {
                   auto* x = topic.get();
                   rd_kafka_AlterConfigs(impl_->admin(), &x, 1, options, queue);
                 });
}

void cluster::delete_records(const topic_partition& tp, offset_t below) {
  list_ptr list{rd_kafka_topic_partition_list_new(1)};
  rd_kafka_topic_partition_list_add(list.get(), tp.topic.c_str(), tp.partition)
    ->offset
    = below;
  using request_ptr
    = std::unique_ptr<rd_kafka_DeleteRecords_t,
                      kafka::destroyer<rd_kafka_DeleteRecords_destroy>>;
  request_ptr request{rd_kafka_DeleteRecords_new(list.get())};
  impl_->command(
    "delete records of " + to_string(tp), RD_KAFKA_ADMIN_OP_DELETERECORDS,
    [&](auto* options, auto* queue) {
      auto* x = request.get();
      rd_kafka_DeleteRecords(impl_->admin(), &x, 1, options, queue);
    });
}

std::optional<offset_range> cluster::range(const topic_partition& tp) {
  offset_range result;
  auto code = rd_kafka_query_watermark_offsets(impl_->admin(), tp.topic.c_str(),
                                               tp.partition, &result.first,
                                               &result.last, ask_ms);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return std::nullopt;
  return result;
}

// -- groups -------------------------------------------------------------------

auto cluster::poll_committed(const std::string& group,
                             const std::vector<topic_partition>& of)
  -> std::optional<offsets> {
  auto is_new = !impl_->observers.contains(group);
  auto& observer = impl_->observer(group);
  auto ask = [&] { observer.look_up_committed(0, of, milliseconds{ask_ms}); };
  if (is_new)
    ask();
  std::optional<offsets> result;
  while (auto event = observer.poll())
    if (auto* x = std::get_if<kafka::committed_found>(&*event)) {
      ask();
      if (x->failure)
        continue;
      result.emplace();
      for (auto& y : x->entries)
        if (y.offset)
          result->emplace(y.tp, *y.offset);
    }
  return result;
}

// As Kafka's GroupMetadataManager: by the hash of the name. An admin request
// for it aborts librdkafka when the coordinator dies meanwhile (#3663).
int cluster::coordinator(const std::string& group) {
  std::uint32_t hash = 0; // Java's String.hashCode
  for (unsigned char x : group)
    hash = 31 * hash + x;
  // As Kafka's Utils.abs: the distance from 0, not the lower 31 bits.
  auto distance = std::abs(std::int64_t{static_cast<std::int32_t>(hash)});
  constexpr std::int64_t offsets_partitions = 5; // script/kafka
  auto partition = distance % offsets_partitions;
  return leader({"__consumer_offsets", static_cast<partition_t>(partition)});
}

int cluster::leader(const topic_partition& tp) {
  int result = 0;
  auto* all = impl_->metadata();
  for (int i = 0; all != nullptr && i < all->topic_cnt; ++i)
    for (int j = 0; j < all->topics[i].partition_cnt; ++j)
      if (tp.topic == all->topics[i].topic
          && tp.partition == all->topics[i].partitions[j].id)
        result = all->topics[i].partitions[j].leader;
  if (all != nullptr)
    rd_kafka_metadata_destroy(all);
  return result;
}

} // namespace cafka::test
