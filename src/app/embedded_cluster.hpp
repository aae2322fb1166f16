#pragma once

#include "kafka/mock_cluster.hpp"

#include <cafka/config_file.hpp>

#include <memory>
#include <vector>

namespace cafka::app {

/// One mock cluster, with their topics, for all groups that are `embedded`;
/// null: none is. From then on they are groups like others, with its endpoints.
std::unique_ptr<kafka::mock_cluster> embed(std::vector<configured_group>& xs);

} // namespace cafka::app
