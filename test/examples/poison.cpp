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
  options.config.on_failure.retries = 2; // then it goes to dlq.order-readers
  options.config.on_failure.then = {cafka::failure_step::dead_letter};
  options.handler = cafka::make_handler([](const cafka::record& order) {
    if (!order.value()) // to try again is no use
      throw cafka::record_rejected(order.offset(), "no order");
    std::cout << std::stod(std::string{*order.value()}) << "\n"; // may throw
  });
  auto group = cafka::spawn(system, options);
  return group ? cafka::run_until_signal(system, {*group}) : 1;
}
