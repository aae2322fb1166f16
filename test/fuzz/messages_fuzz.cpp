/// Any bytes as a message of another process. The first one says which; no
/// message has a value that cannot be told in words, however wrong it is.

#include "actors/caf_compat.hpp"

#include <cafka/group.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/binary_deserializer.hpp>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

namespace {

struct world {
  world() {
    cafka::compat::init_types<caf::id_block::cafka>();
    config = std::make_unique<caf::actor_system_config>();
    cafka::compat::add_types<caf::id_block::cafka>(*config);
    config->set("scheduler.max-threads", 1);
    system = std::make_unique<caf::actor_system>(*config);
  }
  std::unique_ptr<caf::actor_system_config> config;
  std::unique_ptr<caf::actor_system> system;
};

void require(bool x) {
  if (!x)
    std::abort();
}

template <class T>
T read(caf::binary_deserializer& source) {
  T result;
  inspect(source, result); // may end in the middle
  return result;
}

void tell(const cafka::group_status& x) {
  require(!to_string(x.state).empty());
  for (auto& y : x.partitions)
    require(!to_string(y.state).empty() && !to_string(y.last_error).empty());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  // Never destroyed: CAF's own globals are gone before ours.
  static auto& all = *new world;
  if (size == 0)
    return 0;
  auto* bytes = reinterpret_cast<const char*>(data);
  caf::binary_deserializer source{*all.system, bytes + 1, size - 1};
  switch (data[0] % 7) {
    case 0:
      read<cafka::ack>(source);
      break;
    case 1:
      read<cafka::ack_individual>(source);
      break;
    case 2:
      read<cafka::ack_request>(source);
      break;
    case 3:
      require(!to_string(read<cafka::ack_reply>(source).result).empty());
      break;
    case 4:
      read<cafka::committed_offsets>(source);
      break;
    case 5:
      tell(read<cafka::group_status>(source));
      break;
    default:
      require(!to_string(read<cafka::event>(source)).empty());
  }
  return 0;
}
