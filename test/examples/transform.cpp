#include <cafka/group.hpp>
#include <cafka/run_until_signal.hpp>

// The batch is acked when all that was made of it is written.
cafka::handler_answer transform(const cafka::message_batch& batch) {
  std::vector<cafka::output> made;
  for (auto record : batch)
    made.push_back({.topic = "orders.copy", .value = "saw " + record.id()});
  return cafka::handler_answer::ack().after(std::move(made));
}

int main(int argc, char** argv) {
  cafka::init_types();
  caf::actor_system_config cfg;
  cafka::add_types(cfg);
  caf::actor_system system{cfg};
  cafka::group_options options;
  options.config.name = "orders";
  options.config.endpoints = {argc > 1 ? argv[1] : "localhost:9092"};
  options.config.group = "order-transformers";
  options.config.topics = {"orders"};
  options.handler = cafka::make_handler(transform);
  auto group = cafka::spawn(system, options);
  return group ? cafka::run_until_signal(system, {*group}) : 1;
}
