#include "demo/committed.hpp"

#include "kafka/offset_lookup.hpp"

#include <cafka/errors.hpp>

namespace cafka::demo {

namespace {

constexpr auto answer_limit = std::chrono::seconds{10};

} // namespace

caf::expected<std::map<partition_t, offset_t>>
committed_at_broker(const std::string& endpoints, const std::string& group,
                    const std::string& topic, std::size_t partitions) {
  auto failed = [](const kafka::error& x) {
    return make_error(x.code, x.text);
  };
  auto client = kafka::offset_lookup::open(
    {{"bootstrap.servers", endpoints}, {"group.id", group}}, answer_limit);
  if (!client)
    return failed(client.failure());
  std::vector<topic_partition> asked;
  for (std::size_t i = 0; i < partitions; ++i)
    asked.push_back({topic, static_cast<partition_t>(i)});
  auto found = (*client)->committed(asked);
  if (!found)
    return failed(found.failure());
  if (!found->failures.empty())
    return failed(found->failures.begin()->second);
  std::map<partition_t, offset_t> result;
  for (auto& [tp, offset] : found->values)
    result[tp.partition] = offset;
  return result;
}

} // namespace cafka::demo
