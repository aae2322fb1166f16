#include "app/embedded_cluster.hpp"

namespace cafka::app {

std::unique_ptr<kafka::mock_cluster> embed(std::vector<configured_group>& xs) {
  std::unique_ptr<kafka::mock_cluster> result;
  for (auto& x : xs) {
    auto& config = x.options.config;
    if (!config.embedded)
      continue;
    if (!result)
      result = std::make_unique<kafka::mock_cluster>();
    for (auto& topic : config.topics)
      result->create_topic(topic);
    config.endpoints = {result->endpoints()};
    config.embedded = false;
  }
  return result;
}

} // namespace cafka::app
