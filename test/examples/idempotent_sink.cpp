#include <cafka/group.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>

// Writes each record into a file that has the record's id for a name. A record
// that comes again finds its file, so that it counts once.
void store(const std::filesystem::path& folder, const cafka::record& record) {
  auto path = folder / record.id();
  if (std::filesystem::exists(path)) {
    std::cout << record.id() << " is there already" << std::endl;
    return;
  }
  auto draft = path;
  draft += ".new";
  std::ofstream out{draft, std::ios::binary};
  out << record.value().value_or("");
  if (!out.flush())
    throw std::runtime_error("cannot write " + draft.string());
  // Whole or not at all. To outlive a power cut it would take an fsync before.
  std::filesystem::rename(draft, path);
  std::cout << record.id() << " is stored" << std::endl;
}

int main(int argc, char** argv) {
  cafka::init_types();
  caf::actor_system_config cfg;
  cafka::add_types(cfg);
  caf::actor_system system{cfg};
  cafka::group_options options;
  options.config.name = "orders";
  options.config.endpoints = {argc > 1 ? argv[1] : "localhost:9092"};
  options.config.group = "order-storers";
  options.config.topics = {"orders"};
  std::filesystem::path folder = argc > 2 ? argv[2] : ".";
  options.handler = cafka::make_handler(
    [folder](const cafka::record& record) { store(folder, record); });
  auto group = cafka::spawn(system, options);
  if (!group) {
    std::cerr << cafka::text_of(group.error()) << "\n";
    return 1;
  }
  std::cin.get(); // until Enter
  return cafka::stop(system, *group) ? 1 : 0;
}
