// Starts a group on the embedded cluster and stops it.
#include "every_header.hpp"

#include <caf/scoped_actor.hpp>

#include <iostream>
#include <string_view>

static_assert(CAFKA_VERSION_STRING == std::string_view{PACKAGE_VERSION});
static_assert(CAFKA_VERSION
              == CAFKA_VERSION_MAJOR * 10'000 + CAFKA_VERSION_MINOR * 100
                   + CAFKA_VERSION_PATCH);

int main() {
  cafka::init_types();
  caf::actor_system_config cfg;
  cafka::add_types(cfg);
  caf::actor_system system{cfg};
  cafka::group_options options;
  options.config.name = "consumer";
  options.config.group = "consumers";
  options.config.topics = {"t"};
  options.config.embedded = true;
  options.handler = cafka::make_handler(
    [](const cafka::message_batch&) { return cafka::handler_answer::ack(); });
  auto group = cafka::spawn(system, options);
  if (!group) {
    std::cerr << cafka::text_of(group.error()) << "\n";
    return 1;
  }
  auto found = cafka::find(system, "consumer") == *group;
  cafka::send(*group, cafka::stop_group{});
  caf::scoped_actor self{system};
  self->wait_for(*group);
  std::cout << "the group was " << (found ? "" : "not ")
            << "found by its name and has ended\n";
  return found ? 0 : 1;
}
