#include "kafka/client_version.hpp"

#include "kafka/leader_epoch.hpp"

namespace cafka::kafka {

std::string client_version() {
  return rd_kafka_version_str();
}

bool knows_leader_epochs() noexcept {
  return has_leader_epochs;
}

} // namespace cafka::kafka
