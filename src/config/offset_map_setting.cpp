#include "config/offset_map_setting.hpp"

#include "kafka/client_version.hpp"

namespace cafka {

bool keeps_offset_map(const group_config& x) noexcept {
  return x.offset_map.value_or(kafka::knows_leader_epochs());
}

} // namespace cafka
