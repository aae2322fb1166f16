/// faulty_member early|undrained|skipping, then the flags of Kafka's verifiable
/// consumer: a member of a group with one fault, to show that tests see it. A
/// bare Kafka client; it is ended by a signal.
///
/// - early: commits what it fetched before it handles it.
/// - undrained: gives a partition back before it has handled what it fetched.
/// - skipping: of every batch it does not handle the first record, and commits.

#include "kafka/consumer.hpp"
#include "support/kafka_client_driver.hpp"

#include <fmt/format.h>

#include <iostream>
#include <map>

namespace {

using namespace cafka;
using namespace cafka::test;

class faulty_member {
public:
  faulty_member(std::string fault, std::map<std::string, std::string> flags)
    : fault_(std::move(fault)),
      topic_(flags.at("--topic")),
      client_(bell_, {{"bootstrap.servers", flags.at("--bootstrap-server")},
                      {"group.id", flags.at("--group-id")},
                      {"session.timeout.ms", flags.at("--session-timeout")},
                      {"heartbeat.interval.ms", "200"},
                      {"partition.assignment.strategy", "range"}}) {
    client_.answer_rebalances(false);
  }

  [[noreturn]] void run() {
    client_.subscribe({topic_});
    for (;;)
      bell_.await([this] { return turn(); });
  }

private:
  /// False, for as long as the bell rings.
  bool turn() {
    client_.pump();
    while (auto x = client_.take<kafka::assigned>())
      on_assigned(*x);
    while (auto x = client_.take<kafka::revoked>())
      on_revoked(*x);
    while (client_.take<kafka::commit_answered>()) {
      // nop
    }
    for (auto& tp : held_)
      read(tp);
    return false;
  }

  void on_assigned(const kafka::assigned& x) {
    client_.accept(x);
    held_ = x.partitions;
    print_partitions("partitions_assigned", x.partitions);
  }

  void on_revoked(const kafka::revoked& x) {
    held_.clear();
    client_.give_back(x);
    print_partitions("partitions_revoked", x.partitions);
    for (auto& [tp, run] : std::exchange(in_hand_, {}))
      handle(tp, run);
  }

  void read(const topic_partition& tp) {
    for (auto more = true; more;) {
      auto x = drain(*client_.source(tp));
      more = x.more;
      auto offsets = offsets_of(x);
      if (!offsets.empty())
        on_batch(tp, {offsets.front(), offsets.back() + 1});
    }
  }

  void on_batch(const topic_partition& tp, offset_range run) {
    if (fault_ == "early") { // and it takes for ever to handle it
      commit(tp, run.last);
    } else if (fault_ == "skipping") {
      handle(tp, {run.first + 1, run.last});
      commit(tp, run.last);
    } else {
      // One batch is always in hand: the next one shows that it is handled.
      auto now = std::exchange(in_hand_[tp], run);
      if (now.last != 0)
        handle(tp, now);
    }
  }

  void commit(const topic_partition& tp, offset_t next) {
    client_->commit(1, {{tp, next}});
  }

  void handle(const topic_partition& tp, offset_range run) {
    if (run.first < run.last)
      tell(fmt::format(R"("name":"records_consumed","partitions":[{{{},)"
                       R"("minOffset":{},"maxOffset":{}}}])",
                       json_of(tp), run.first, run.last - 1));
  }

  void print_partitions(const std::string& name,
                        const std::vector<topic_partition>& xs) {
    std::string list;
    for (auto& x : xs)
      list += (list.empty() ? "{" : ",{") + json_of(x) + "}";
    tell(fmt::format(R"("name":"{}","partitions":[{}])", name, list));
  }

  static std::string json_of(const topic_partition& x) {
    return fmt::format(R"("topic":"{}","partition":{})", x.topic, x.partition);
  }

  static void tell(const std::string& fields) {
    std::cout << "{" << fields << "}" << std::endl;
  }

  const std::string fault_;
  const std::string topic_;
  bell bell_;
  client_driver client_;
  std::vector<topic_partition> held_;
  std::map<topic_partition, offset_range> in_hand_;
};

} // namespace

int main(int argc, char** argv) {
  std::map<std::string, std::string> flags;
  for (int i = 2; i + 1 < argc; i += 2)
    flags[argv[i]] = argv[i + 1];
  faulty_member{argv[1], std::move(flags)}.run();
}
