#include "kafka/client_version.hpp"

#include <librdkafka/rdkafka.h>

namespace cafka::kafka {

std::string client_version() {
  return rd_kafka_version_str();
}

} // namespace cafka::kafka
