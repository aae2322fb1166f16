#include <cafka/config_file.hpp>
#include <iostream>

cafka::handler_answer print(const cafka::message_batch& batch) {
  for (auto record : batch) {
    auto line = batch.topic() + " " + std::to_string(record.offset()) + " ";
    line += record.value().value_or("null");
    std::cout << line + "\n" << std::flush; // whole: the groups run at once
  }
  return cafka::handler_answer::ack();
}

int main(int argc, char** argv) {
  cafka::init_types();
  caf::actor_system_config cfg;
  cafka::add_types(cfg);
  auto content = cafka::load_config(argc > 1 ? argv[1] : "groups.conf");
  if (!content) {
    std::cerr << cafka::text_of(content.error()) << "\n";
    return 2;
  }
  cafka::handler_registry handlers{{"print", cafka::make_handler(print)}};
  auto found = cafka::read_config(*content, handlers);
  for (auto& error : found.errors)
    std::cerr << to_string(error) << "\n";
  if (!found.errors.empty())
    return 2; // nothing was started
  caf::actor_system system{cfg};
  int status = 0;
  std::vector<cafka::group_actor> groups;
  for (auto& x : found.groups)
    if (auto group = cafka::spawn(system, x.options)) {
      groups.push_back(*group);
    } else {
      std::cerr << cafka::text_of(group.error()) << "\n";
      status = 1;
    }
  std::cin.get(); // until Enter
  for (auto& group : groups)
    cafka::send(group, cafka::stop_group{});
  for (auto& group : groups)
    if (cafka::await_end(system, group))
      status = 1; // not in order
  return status;
}
