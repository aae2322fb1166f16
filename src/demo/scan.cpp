#include "demo/scan.hpp"

#include "api/stop_signal.hpp"

#include <cafka/errors.hpp>

#include <string>

namespace cafka::demo {

namespace {

/// Lines between two looks at the stop signal.
constexpr std::uint64_t signal_interval = 4096;

bool stop_asked(std::uint64_t lines) {
  return lines % signal_interval == 0 && stop_signal() != 0;
}

void note(direct_result::partition& to, std::string_view key,
          std::string_view line) {
  auto of_key = fingerprint(key);
  auto of_line = fingerprint(line);
  ++to.records;
  to.content = chain(to.content, chain(of_key, of_line));
  to.states[of_key] = of_line;
}

} // namespace

caf::expected<scan_result> scan(const input& from, const key_rule& keys,
                                std::size_t partitions) {
  scan_result result;
  result.records.resize(partitions);
  line_reader lines{from};
  while (auto line = lines.next()) {
    auto key = keys.key_of(*line);
    result.whole_line_keys += key.whole_line ? 1 : 0;
    auto p = static_cast<std::size_t>(partition_of(key.text, partitions));
    ++result.records[p];
    if (stop_asked(lines.count()))
      break;
  }
  if (!lines.failure().empty())
    return make_error(errc::invalid_config, lines.failure());
  result.lines = lines.count();
  return result;
}

direct_result read_directly(const input& from, const key_rule& keys,
                            std::size_t partitions) {
  direct_result result;
  result.partitions.resize(partitions);
  auto stream = from.open();
  auto left_bytes = from.size_bytes;
  std::string line;
  while (left_bytes > 0 && std::getline(*stream, line)) {
    // The file may have grown by the rest of what was its last line.
    if (line.size() > left_bytes)
      line.resize(left_bytes);
    left_bytes -= std::min<std::uint64_t>(line.size() + 1, left_bytes);
    auto key = keys.key_of(line).text;
    auto p = static_cast<std::size_t>(partition_of(key, partitions));
    note(result.partitions[p], key, line);
    ++result.lines;
    if (stop_asked(result.lines))
      break;
  }
  return result;
}

} // namespace cafka::demo
