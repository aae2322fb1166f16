#include "exec_handlers/try_steps.hpp"

#include "core/base64.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <map>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace cafka::exec_handlers {

namespace {

using nlohmann::json;

/// Of the file's records that go into one batch.
constexpr std::size_t batch_size = 10;

constexpr std::size_t large_bytes = 1'000'000;

std::optional<std::string> bytes_of(const json& x, const std::string& name) {
  if (auto i = x.find(name); i != x.end() && i->is_string())
    return i->get<std::string>();
  if (auto i = x.find(name + "_base64"); i != x.end() && i->is_string())
    return core::bytes_of_base64(i->get<std::string>());
  return std::nullopt;
}

/// Not below 0; nothing: there is no such number.
std::optional<std::int64_t> number_of(const json& x, const char* name) {
  auto i = x.find(name);
  if (i == x.end() || !i->is_number_integer() || *i < 0
      || *i >= std::int64_t{INT64_MAX})
    return std::nullopt;
  return i->get<std::int64_t>();
}

class step_list {
public:
  void add(const json& x) {
    auto of = of_;
    of.topic = x.value("topic", of.topic);
    of.partition = static_cast<partition_t>(std::min<std::int64_t>(
      number_of(x, "partition").value_or(of.partition), INT32_MAX));
    if (of != of_ || block_.size() == batch_size)
      finish("records of the file");
    of_ = std::move(of);
    auto timestamp = number_of(x, "timestamp");
    block_.add(next_offset(number_of(x, "offset")), bytes_of(x, "key"),
               bytes_of(x, "value"), timestamp.value_or(-1),
               timestamp ? timestamp_type::create_time : timestamp_type::none);
    if (auto headers = x.find("headers"); headers != x.end())
      for (auto& each : *headers)
        block_.add_header(bytes_of(each, "name").value_or(""),
                          bytes_of(each, "value"));
  }
  void add(std::string name, optional_bytes key, optional_bytes value) {
    block_.add(next_offset({}), key, value);
    finish(std::move(name));
  }
  void finish(std::string name) {
    if (block_.size() > 0)
      steps_.push_back({std::move(name), of_, block_.finish()});
  }
  std::vector<try_step> take() {
    return std::move(steps_);
  }

private:
  /// The one that is asked for, unless that does not rise.
  offset_t next_offset(std::optional<offset_t> asked) {
    auto& next = next_[of_];
    auto result = std::max(next, asked.value_or(next));
    next = result + 1;
    return result;
  }

  topic_partition of_{"try", 0};
  std::map<topic_partition, offset_t> next_;
  record_block::builder block_; // the step that has begun
  std::vector<try_step> steps_;
};

void add_file(step_list& to, const std::string& path) {
  std::ifstream in{path};
  if (!in)
    throw std::runtime_error{path + ": it cannot be read"};
  for (std::string line; std::getline(in, line);)
    try {
      auto x = json::parse(line);
      if (!x.is_object())
        throw std::runtime_error{""};
      to.add(x);
    } catch (const std::exception&) {
      throw std::runtime_error{path
                               + ": a line is no record as print writes them"};
    }
  to.finish("records of the file");
}

/// What programs forget.
void add_special(step_list& to) {
  to.add("null key and value", std::nullopt, std::nullopt);
  to.add("empty key and value", "", "");
  to.add("bytes that are no UTF-8", "\xff\xfe",
         std::string_view{"\xc3\0\x80", 3});
  to.add("newlines and NULs", "k", std::string_view{"a\nb\0c\r\n", 7});
  to.add("a value of 1 MB", "k", std::string(large_bytes, 'x'));
  to.add("nonsense", "k", "{\"broken");
}

} // namespace

std::vector<try_step> read_try_steps(const std::string& path) {
  step_list result;
  add_file(result, path);
  add_special(result);
  return result.take();
}

} // namespace cafka::exec_handlers
