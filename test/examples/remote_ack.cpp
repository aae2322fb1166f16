#include <caf/io/middleman.hpp>
#include <caf/scoped_actor.hpp>
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
  caf::scoped_actor self{system};
  int status = 0;
  auto ask = [&](const auto& question, const auto& on_answer) {
    auto fail = [&](const caf::error& x) {
      std::cerr << to_string(x) << "\n";
      status = 1;
    };
    cafka::compat::request(&*self, *group, std::chrono::seconds{10}, question)
      .receive(on_answer, fail);
  };
  cafka::group_status found; // knows the offsets and the generations
  ask(cafka::get_status{}, [&](const cafka::group_status& x) { found = x; });
  for (auto& p : found.partitions) {
    if (p.position <= p.watermark)
      continue; // nothing waits for an ack
    cafka::ack_request all{p.tp.topic, p.tp.partition, p.generation, true, {}};
    all.offsets = {p.position - 1};
    ask(all, [&](const cafka::ack_reply& x) {
      std::cout << to_string(p.tp) << " " << to_string(x.result)
                << ", watermark " << x.watermark << "\n";
    });
  }
  return status;
}
