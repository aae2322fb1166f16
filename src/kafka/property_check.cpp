#include "kafka/property_check.hpp"

#include "kafka/configuration.hpp"

namespace cafka::kafka {

error check_properties(const properties& props) {
  auto conf = consumer_configuration(props);
  return conf ? error{} : conf.failure();
}

bool is_secret_property(const std::string& name) {
  return is_secret(name);
}

} // namespace cafka::kafka
