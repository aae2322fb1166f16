#include <cafka/group.hpp>
#include <iostream>
#include <map>

// Settles payments and acks them when that is done. Small ones are settled at
// once, each acked by itself: what is committed stays below the first that needs
// an approval. That settles all, so that a cumulative ack of the newest will do.
caf::behavior cashier(caf::event_based_actor* self) {
  auto send = [self](const auto& ack) {
    if (auto group = cafka::find(self->system(), "payments"))
      cafka::send(*group, ack);
  };
  auto newest = std::make_shared<std::map<cafka::partition_t, cafka::ack>>();
  return {[=](const std::string& amount, const cafka::ack& payment) {
            if (amount.size() > 3)
              newest->insert_or_assign(payment.partition, payment);
            else
              send(cafka::individual_ack_of(payment));
            std::cout << amount
                      << (amount.size() > 3 ? " waits" : " is settled")
                      << std::endl;
          },
          [=](const std::string& who) {
            for (auto& [partition, payment] : *newest)
              send(payment);
            newest->clear();
            std::cout << "approved by " << who << std::endl;
          }};
}

int main(int argc, char** argv) {
  cafka::init_types();
  caf::actor_system_config cfg;
  cafka::add_types(cfg);
  caf::actor_system system{cfg};
  auto settling = system.spawn(cashier);
  cafka::group_options options;
  options.config.name = "payments";
  options.config.endpoints = {argc > 1 ? argv[1] : "localhost:9092"};
  options.config.group = "cashiers";
  options.config.topics = {"payments"};
  options.config.begin_offset = cafka::logical_offset::earliest;
  options.handler = cafka::make_handler([=](const cafka::message_batch& batch) {
    for (auto record : batch)
      cafka::compat::post(settling, std::string{record.value().value_or("0")},
                          cafka::ack_of(batch, record.offset()));
    return cafka::handler_answer::no_ack(); // the cashier acks
  });
  auto group = cafka::spawn(system, options);
  if (!group) {
    std::cerr << cafka::text_of(group.error()) << "\n";
    return 1;
  }
  for (std::string name; std::getline(std::cin, name);) // a name approves
    cafka::compat::post(settling, name);
  return cafka::stop(system, *group) ? 1 : 0;
}
