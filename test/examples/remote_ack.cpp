#include <caf/io/middleman.hpp>
#include <cafka/group.hpp>
#include <cstdlib>
#include <iostream>

// Acks all that a published group has delivered.
int main(int argc, char** argv) {
  cafka::init_types();
  caf::actor_system_config cfg;
  cafka::add_types(cfg);
  cfg.load<caf::io::middleman>();
  caf::actor_system system{cfg};
  auto port = argc > 1 ? std::atoi(argv[1]) : 0;
  auto group = system.middleman().remote_actor<cafka::group_actor>(
    "127.0.0.1", static_cast<std::uint16_t>(port));
  if (!group) {
    std::cerr << to_string(group.error()) << "\n";
    return 1;
  }
  auto found = cafka::status(*group); // knows the offsets and the generations
  if (!found) {
    std::cerr << cafka::text_of(found.error()) << "\n";
    return 1;
  }
  int status = 0;
  for (auto& p : found->partitions) {
    if (p.position <= p.watermark)
      continue; // nothing waits for an ack
    cafka::ack_request all{p.tp.topic, p.tp.partition, p.generation, true, {}};
    all.offsets = {p.position - 1};
    if (auto reply = cafka::ask(*group, all)) {
      std::cout << to_string(p.tp) << " " << to_string(reply->result)
                << ", watermark " << reply->watermark << "\n";
    } else {
      std::cerr << cafka::text_of(reply.error()) << "\n";
      status = 1;
    }
  }
  return status;
}
