#include <cafka/group.hpp>
#include <cafka/run_until_signal.hpp>
#include <iostream>

int main(int argc, char** argv) {
  cafka::init_types();
  caf::actor_system_config cfg;
  cafka::add_types(cfg);
  caf::actor_system system{cfg};
  cafka::group_options options;
  options.config.name = "orders";
  options.config.endpoints = {argc > 1 ? argv[1] : "localhost:9092"};
  options.config.group = "order-readers";
  options.config.topics = {"orders"};
  options.handler = cafka::make_handler([](const cafka::message_batch& batch) {
    for (auto record : batch)
      std::cout << record.offset() << " " << record.value().value_or("null")
                << "\n";
    return cafka::handler_answer::ack(); // up to the batch's last record
  });
  auto group = cafka::spawn(system, options);
  if (!group) {
    std::cerr << cafka::text_of(group.error()) << "\n";
    return 1;
  }
  return cafka::run_until_signal(system, {*group}); // drains, commits, leaves
}
