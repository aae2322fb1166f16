#include "broker_support/topic_right.hpp"

#include "kafka/handles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <stdexcept>

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

namespace cafka::test {

namespace {

using acl_ptr = std::unique_ptr<rd_kafka_AclBinding_t,
                                kafka::destroyer<rd_kafka_AclBinding_destroy>>;

/// What the operator does must happen, on a busy machine, too.
constexpr int limit_ms = 30'000;

void require(bool holds, const std::string& text) {
  if (!holds)
    throw std::runtime_error("access control: " + text);
}

/// A binding and the filter that finds it have one type.
acl_ptr binding(const std::string& topic, const char* who,
                rd_kafka_AclOperation_t what,
                rd_kafka_AclPermissionType_t permission) {
  char text[256] = "";
  acl_ptr result{rd_kafka_AclBinding_new(
    RD_KAFKA_RESOURCE_TOPIC, topic.c_str(), RD_KAFKA_RESOURCE_PATTERN_LITERAL,
    who, "*", what, permission, text, sizeof(text))};
  require(result != nullptr, text);
  return result;
}

acl_ptr denial(const std::string& topic, topic_right::use what) {
  return binding(topic, "User:ANONYMOUS",
                 what == topic_right::use::read ? RD_KAFKA_ACL_OPERATION_READ
                                                : RD_KAFKA_ACL_OPERATION_WRITE,
                 RD_KAFKA_ACL_PERMISSION_TYPE_DENY);
}

} // namespace

struct topic_right::impl {
  impl(const cluster& kafka, const std::string& its_topic, use right)
    : topic(its_topic), what(right), log(kafka.path("node-1/log")) {
    auto* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", kafka.endpoints().c_str(),
                      nullptr, 0);
    rd_kafka_conf_set(conf, "log_level", "0", nullptr, 0);
    char text[256];
    client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof(text));
    require(client != nullptr, text);
    queue.reset(rd_kafka_queue_new(client));
  }
  ~impl() {
    queue.reset();
    rd_kafka_destroy(client);
  }
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  kafka::event_ptr answer() {
    kafka::event_ptr result{rd_kafka_queue_poll(queue.get(), limit_ms)};
    require(result != nullptr, "no answer");
    require(!rd_kafka_event_error(result.get()),
            rd_kafka_event_error_string(result.get()));
    return result;
  }

  void add(const acl_ptr& x) {
    auto* one = x.get();
    rd_kafka_CreateAcls(client, &one, 1, nullptr, queue.get());
    auto event = answer();
    std::size_t count = 0;
    auto** all = rd_kafka_CreateAcls_result_acls(
      rd_kafka_event_CreateAcls_result(event.get()), &count);
    for (std::size_t i = 0; i < count; ++i)
      if (auto* failure = rd_kafka_acl_result_error(all[i]))
        require(false, rd_kafka_error_string(failure));
  }

  void remove(const acl_ptr& x) {
    auto* one = x.get();
    rd_kafka_DeleteAcls(client, &one, 1, nullptr, queue.get());
    auto event = answer();
    std::size_t count = 0;
    rd_kafka_DeleteAcls_result_responses(
      rd_kafka_event_DeleteAcls_result(event.get()), &count);
    require(count == 1, "nothing was removed");
  }

  std::string topic;
  use what;
  std::string log;
  rd_kafka_t* client = nullptr;
  kafka::queue_ptr queue;
};

topic_right::topic_right(const cluster& kafka, const std::string& topic,
                         use what)
  : impl_(std::make_unique<impl>(kafka, topic, what)) {
  // Where there is a denial, what nobody allows is denied, too.
  impl_->add(binding(topic, "User:*", RD_KAFKA_ACL_OPERATION_ALL,
                     RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW));
}

topic_right::~topic_right() = default;

void topic_right::take_away() {
  impl_->add(denial(impl_->topic, impl_->what));
}

void topic_right::give_back() {
  impl_->remove(denial(impl_->topic, impl_->what));
}

int topic_right::refused_fetches() const {
  auto words = fmt::format("Topic:LITERAL:{} for request = Fetch",
                           impl_->topic);
  int result = 0;
  std::ifstream in{impl_->log};
  for (std::string line; std::getline(in, line);)
    if (line.find(" is Denied ") != std::string::npos
        && line.find(words) != std::string::npos)
      ++result;
  return result;
}

bool topic_right::await_refusal(int before,
                                std::chrono::milliseconds limit) const {
  auto end = std::chrono::steady_clock::now() + limit;
  int changes = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  // Before the first look, so that no line is missed.
  require(inotify_add_watch(changes, impl_->log.c_str(), IN_MODIFY) >= 0,
          "the broker's log cannot be watched");
  auto found = refused_fetches() > before;
  while (!found && std::chrono::steady_clock::now() < end) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      end - std::chrono::steady_clock::now());
    pollfd wanted{changes, POLLIN, 0};
    poll(&wanted, 1, static_cast<int>(std::max(left.count(), 0l)));
    std::array<char, 4096> events;
    while (read(changes, events.data(), events.size()) > 0) {
      // nop
    }
    found = refused_fetches() > before;
  }
  close(changes);
  return found;
}

} // namespace cafka::test
