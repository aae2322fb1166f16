#include <cafka/group.hpp>
#include <condition_variable>
#include <deque>
#include <iostream>
#include <map>
#include <mutex>
#include <thread>

// A thread that does one job after the other, until it gets an empty one.
class job_thread {
public:
  ~job_thread() {
    post({});
  }
  void post(std::function<void()> job) {
    std::lock_guard guard{mutex_};
    jobs_.push_back(std::move(job));
    posted_.notify_one();
  }

private:
  std::function<void()> next() {
    std::unique_lock guard{mutex_};
    posted_.wait(guard, [this] { return !jobs_.empty(); });
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    return job;
  }
  std::mutex mutex_;
  std::condition_variable posted_;
  std::deque<std::function<void()>> jobs_;
  std::jthread thread_{[this] {
    while (auto job = next())
      job();
  }};
};

// Settles payments and acks them when that is done. Small ones are settled at
// once, each acked by itself: what is committed stays below the first that
// needs an approval. That settles all, so that a cumulative ack of the newest
// will do.
class cashier {
public:
  explicit cashier(caf::actor_system& system) : system_(system) {
  }
  void take(const std::string& amount, const cafka::ack& payment) {
    if (amount.size() > 3)
      newest_.insert_or_assign(payment.partition, payment);
    else
      send(cafka::individual_ack_of(payment));
    std::cout << amount << (amount.size() > 3 ? " waits" : " is settled")
              << std::endl;
  }
  void approve(const std::string& who) {
    for (auto& [partition, payment] : newest_)
      send(payment);
    newest_.clear();
    std::cout << "approved by " << who << std::endl;
  }

private:
  void send(const auto& ack) {
    if (auto group = cafka::find(system_, "payments"))
      cafka::send(*group, ack); // from whatever thread this is
  }
  caf::actor_system& system_;
  std::map<cafka::partition_t, cafka::ack> newest_;
};

int main(int argc, char** argv) {
  cafka::init_types();
  caf::actor_system_config cfg;
  cafka::add_types(cfg);
  caf::actor_system system{cfg};
  cashier clerk{system};
  job_thread desk; // where the clerk works
  cafka::group_options options;
  options.config.name = "payments";
  options.config.endpoints = {argc > 1 ? argv[1] : "localhost:9092"};
  options.config.group = "cashiers";
  options.config.topics = {"payments"};
  options.config.begin_offset = cafka::logical_offset::earliest;
  options.handler = cafka::make_handler([&](const cafka::message_batch& batch) {
    for (auto record : batch)
      desk.post([&clerk, payment = cafka::ack_of(record),
                 amount = std::string{record.value().value_or("0")}] {
        clerk.take(amount, payment);
      });
    return cafka::handler_answer::no_ack(); // the clerk acks
  });
  auto group = cafka::spawn(system, options);
  if (!group) {
    std::cerr << cafka::text_of(group.error()) << "\n";
    return 1;
  }
  for (std::string name; std::getline(std::cin, name);) // a name approves
    desk.post([&clerk, name] { clerk.approve(name); });
  return cafka::stop(system, *group) ? 1 : 0;
}
