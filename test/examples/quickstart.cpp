#include <caf/scoped_actor.hpp>
#include <cafka/group.hpp>
#include <iostream>

int main() {
  cafka::init_types();
  caf::actor_system_config cfg;
  cafka::add_types(cfg);
  caf::actor_system system{cfg};
  cafka::group_options options;
  options.config.name = "orders";
  options.config.endpoints = {"localhost:9092"};
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
  std::cin.get();                                   // until Enter
  cafka::compat::post(*group, cafka::stop_group{}); // drains, commits, leaves
  caf::scoped_actor {
    system
    } -> wait_for(*group);
}
