#include "verifiable/lines.hpp"

#include "io/document_text.hpp"

#include <nlohmann/json.hpp>

#include <chrono>

namespace cafka::app::verifiable {

namespace {

using nlohmann::ordered_json;

ordered_json make(const char* name) {
  using namespace std::chrono;
  auto now = system_clock::now().time_since_epoch();
  return {{"timestamp", duration_cast<milliseconds>(now).count()},
          {"name", name}};
}

std::string line(const ordered_json& x) {
  return io::document_text(x) + '\n';
}

ordered_json partition_of(const topic_partition& x) {
  return {{"topic", x.topic}, {"partition", x.partition}};
}

std::string with_partitions(const char* name, const partitions& xs) {
  auto result = make(name);
  auto& to = result["partitions"] = ordered_json::array();
  for (auto& x : xs)
    to.push_back(partition_of(x));
  return line(result);
}

ordered_json text_of(optional_bytes x) {
  return x ? ordered_json(*x) : ordered_json(nullptr);
}

} // namespace

std::vector<offset_range> runs_of(std::span<const offset_t> offsets) {
  std::vector<offset_range> result;
  for (auto x : offsets)
    if (!result.empty() && result.back().last == x)
      ++result.back().last;
    else
      result.push_back({x, x + 1});
  return result;
}

std::string startup_complete() {
  return line(make("startup_complete"));
}

std::string shutdown_complete() {
  return line(make("shutdown_complete"));
}

std::string partitions_assigned(const partitions& xs) {
  return with_partitions("partitions_assigned", xs);
}

std::string partitions_revoked(const partitions& xs) {
  return with_partitions("partitions_revoked", xs);
}

std::string records_consumed(const topic_partition& tp,
                             std::span<const offset_range> runs) {
  auto result = make("records_consumed");
  std::int64_t count = 0;
  auto summaries = ordered_json::array();
  for (auto& run : runs) {
    auto x = partition_of(tp);
    x["count"] = run.last - run.first;
    x["minOffset"] = run.first;
    x["maxOffset"] = run.last - 1;
    summaries.push_back(std::move(x));
    count += run.last - run.first;
  }
  result["count"] = count;
  result["partitions"] = std::move(summaries);
  return line(result);
}

std::string record_data(const record& x) {
  auto result = make("record_data");
  result["key"] = text_of(x.key());
  result["value"] = text_of(x.value());
  result.update(partition_of({x.topic(), x.partition()}));
  result["offset"] = x.offset();
  return line(result);
}

std::string offsets_committed(const topic_partition& tp, offset_t offset,
                              const std::string& error) {
  auto result = make("offsets_committed");
  auto x = partition_of(tp);
  x["offset"] = offset;
  result["offsets"] = ordered_json::array({std::move(x)});
  if (!error.empty())
    result["error"] = error;
  result["success"] = error.empty();
  return line(result);
}

} // namespace cafka::app::verifiable
