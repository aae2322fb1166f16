#include "kafka/statistics.hpp"

#include <charconv>
#include <optional>
#include <string>
#include <vector>

namespace cafka::kafka {

namespace {

template <class T>
std::optional<T> number_in(std::string_view x) {
  T result{};
  auto [end, failure] = std::from_chars(x.begin(), x.end(), result);
  if (x.empty() || failure != std::errc{} || end != x.end())
    return std::nullopt;
  return result;
}

/// Goes through JSON that librdkafka wrote, whose names have no escapes, and
/// keeps the one number of each partition that is wanted. Of anything else it
/// finds nothing.
class walk {
public:
  explicit walk(std::string_view json) : rest_(json) {
  }

  std::map<topic_partition, std::size_t> all() {
    value();
    return std::move(found_);
  }

private:
  /// Beyond what statistics need: they have five.
  static constexpr std::size_t depth_max = 16;

  char next() {
    auto at = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(at == rest_.npos ? rest_.size() : at);
    return rest_.empty() ? '\0' : rest_.front();
  }
  bool take(char x) {
    if (next() != x)
      return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool text(std::string_view& to) {
    if (!take('"'))
      return false;
    auto end = rest_.find('"');
    if (end == rest_.npos)
      return false;
    to = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return true;
  }

  bool value() {
    std::string_view ignored;
    switch (next()) {
      case '{':
        return path_.size() < depth_max && object();
      case '[':
        return path_.size() < depth_max && list();
      case '"':
        return text(ignored);
      default:
        return scalar();
    }
  }
  bool object() {
    take('{');
    while (!take('}')) {
      std::string_view name;
      take(',');
      if (!text(name) || !take(':'))
        return false;
      path_.push_back(name);
      auto is_read = value();
      path_.pop_back();
      if (!is_read)
        return false;
    }
    return true;
  }
  bool list() {
    take('[');
    path_.emplace_back();
    while (!take(']')) {
      take(',');
      if (!value())
        return false;
    }
    path_.pop_back();
    return true;
  }
  bool scalar() {
    auto end = rest_.find_first_of(",}] \t\r\n");
    if (end == 0 || end == rest_.npos)
      return false;
    note(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return true;
  }

  /// `topics`, the topic, `partitions`, the partition, `fetchq_size`.
  void note(std::string_view number) {
    if (path_.size() != 5 || path_[0] != "topics" || path_[2] != "partitions"
        || path_[4] != "fetchq_size")
      return;
    auto partition = number_in<partition_t>(path_[3]);
    auto bytes = number_in<std::size_t>(number);
    if (partition && *partition >= 0 && bytes) // -1: of none
      found_[{std::string{path_[1]}, *partition}] = *bytes;
  }

  std::string_view rest_;
  std::vector<std::string_view> path_;
  std::map<topic_partition, std::size_t> found_;
};

} // namespace

std::map<topic_partition, std::size_t> queued_bytes_in(std::string_view json) {
  return walk{json}.all();
}

} // namespace cafka::kafka
