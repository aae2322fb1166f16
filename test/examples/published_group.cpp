#include <caf/io/middleman.hpp>
#include <cafka/group.hpp>
#include <iostream>

int main(int argc, char** argv) {
  cafka::init_types();
  caf::actor_system_config cfg;
  cafka::add_types(cfg);
  cfg.load<caf::io::middleman>(); // CAF's network layer
  caf::actor_system system{cfg};
  cafka::group_options options;
  options.config.name = "orders";
  options.config.endpoints = {argc > 1 ? argv[1] : "localhost:9092"};
  options.config.group = "order-readers";
  options.config.topics = {"orders"};
  options.handler = cafka::make_handler([](const cafka::message_batch& batch) {
    std::cout << "read up to " << batch.last_offset() << std::endl;
    return cafka::handler_answer::no_ack(); // another process acks
  });
  auto group = cafka::spawn(system, options);
  if (!group) {
    std::cerr << cafka::text_of(group.error()) << "\n";
    return 1;
  }
  // Loopback alone: whoever reaches the port can end this program. Port 0: any.
  auto port = system.middleman().publish(*group, 0, "127.0.0.1");
  if (port)
    std::cout << "published at port " << *port << std::endl;
  else
    std::cerr << to_string(port.error()) << "\n";
  std::cin.get(); // until Enter
  return cafka::stop(system, *group) || !port ? 1 : 0;
}
