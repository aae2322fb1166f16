/// The lines of a program, read.

#include "core/base64.hpp"
#include "exec/protocol.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <stdexcept>

namespace cafka::exec {

namespace {

using nlohmann::json;

/// What is wrong with a line, on its way to `parse_line`.
struct wrong : std::runtime_error {
  using std::runtime_error::runtime_error;
};

const json* member(const json& in, const char* name) {
  auto i = in.find(name);
  return i == in.end() ? nullptr : &*i;
}

offset_t offset_in(const json& x, const char* name) {
  // Below the largest, as one behind it must be a number, too.
  if (!x.is_number_integer() || x < 0 || x >= std::int64_t{INT64_MAX})
    throw wrong{fmt::format("{} must be an offset", name)};
  return x.get<offset_t>();
}

partition_t partition_in(const json& x) {
  auto result = offset_in(x, "partition");
  if (result > INT32_MAX)
    throw wrong{"partition is too large"};
  return static_cast<partition_t>(result);
}

std::string text_in(const json& x, const char* name) {
  if (!x.is_string())
    throw wrong{fmt::format("{} must be a text", name)};
  return x.get<std::string>();
}

std::string text_or(const json& in, const char* name, const char* otherwise) {
  auto* x = member(in, name);
  return x ? text_in(*x, name) : otherwise;
}

void require_true(const json& x, const char* name) {
  if (x != json(true))
    throw wrong{fmt::format("{} must be true", name)};
}

/// So that a member that is spelt wrong is not passed over.
void require_only(const json& in, std::initializer_list<std::string_view> xs) {
  for (auto& [name, value] : in.items())
    if (std::find(xs.begin(), xs.end(), name) == xs.end())
      throw wrong{
        fmt::format("there is no member {} in it", quoted_start(name))};
}

// -- outputs ------------------------------------------------------------------

/// `name` or `name_base64`, a text or null; not there: null.
std::optional<std::string> bytes_in(const json& in, const std::string& name) {
  if (auto* x = member(in, name.c_str()))
    return x->is_null() ? std::nullopt
                        : std::optional{text_in(*x, name.c_str())};
  auto coded_name = name + "_base64";
  auto* coded = member(in, coded_name.c_str());
  if (!coded)
    return std::nullopt;
  auto result = core::bytes_of_base64(text_in(*coded, coded_name.c_str()));
  if (!result)
    throw wrong{coded_name + " must be base64"};
  return result;
}

void add_header(output& to, const json& x) {
  if (!x.is_object())
    throw wrong{"a header must be an object"};
  require_only(x, {"name", "name_base64", "value", "value_base64"});
  auto name = bytes_in(x, "name");
  if (!name)
    throw wrong{"a header must have a name"};
  to.headers.push_back({std::move(*name), bytes_in(x, "value")});
}

output output_in(const json& x) {
  if (!x.is_object())
    throw wrong{"produce must be a list of records"};
  require_only(x, {"topic", "partition", "key", "key_base64", "value",
                   "value_base64", "headers"});
  output result;
  result.topic = text_or(x, "topic", "");
  if (result.topic.empty())
    throw wrong{"a record of produce must have a topic"};
  if (auto* partition = member(x, "partition"))
    result.partition = partition_in(*partition);
  result.key = bytes_in(x, "key");
  result.value = bytes_in(x, "value");
  if (auto* headers = member(x, "headers")) {
    if (!headers->is_array())
      throw wrong{"headers must be a list"};
    for (auto& header : *headers)
      add_header(result, header);
  }
  return result;
}

// -- answers ------------------------------------------------------------------

std::uint64_t generation_in(const json& x) {
  auto* generation = member(x, "generation");
  if (!generation)
    throw wrong{"generation is missing"};
  return static_cast<std::uint64_t>(offset_in(*generation, "generation"));
}

answer answer_of(const json& x, const std::string& name) {
  using kind = answer::kind;
  auto& value = x.at(name);
  auto is_ack = name == "ack";
  answer result;
  if (is_ack && value == json(true)) {
    result.what = kind::ack;
  } else if (is_ack) {
    result.what = kind::ack_through;
    result.offset = offset_in(value, "ack");
  } else if (name == "fail" && value == json(true)) {
    result.what = kind::failed;
  } else if (name == "fail" || name == "reject") {
    result.what = name == "fail" ? kind::failed_at : kind::rejected;
    result.offset = offset_in(value, name.c_str());
  } else {
    require_true(value, name.c_str());
    result.what = name == "no_ack" ? kind::no_ack : kind::continued;
  }
  return result;
}

/// Which batch it is for.
void add_batch(answer& to, const json& x) {
  if (auto* topic = member(x, "topic"))
    to.topic = text_in(*topic, "topic");
  if (auto* partition = member(x, "partition"))
    to.partition = partition_in(*partition);
  if (auto* last = member(x, "last"))
    to.last = offset_in(*last, "last");
  if (x.contains("generation"))
    to.generation = generation_in(x);
}

/// What may stand beside the member that makes it an answer.
answer full_answer(const json& x, const std::string& name) {
  auto result = answer_of(x, name);
  std::string own = name == "ack"                        ? "produce"
                    : name == "fail" || name == "reject" ? "cause"
                                                         : name;
  require_only(x, {name, own, "topic", "partition", "last", "generation"});
  result.cause = text_or(x, "cause", "the program gave no cause");
  if (auto* outputs = member(x, "produce")) {
    if (!outputs->is_array())
      throw wrong{"produce must be a list of records"};
    for (auto& each : *outputs)
      result.outputs.push_back(output_in(each));
  }
  add_batch(result, x);
  return result;
}

// -- lines at any time --------------------------------------------------------

program_line acked_of(const json& x) {
  require_only(x, {"acked", "generation"});
  acked result;
  auto& offsets = x.at("acked");
  if (!offsets.is_array() || offsets.empty())
    throw wrong{"acked must be a list of offsets"};
  for (auto& each : offsets)
    result.offsets.push_back(offset_in(each, "acked"));
  result.generation = generation_in(x);
  return result;
}

program_line acked_through_of(const json& x) {
  require_only(x, {"acked_through", "generation"});
  return acked_through{offset_in(x.at("acked_through"), "acked_through"),
                       generation_in(x)};
}

program_line nacked_of(const json& x) {
  require_only(x, {"nack", "cause", "retry"});
  nacked result{offset_in(x.at("nack"), "nack"),
                text_or(x, "cause", "the program gave no cause")};
  if (auto* retry = member(x, "retry")) {
    if (!retry->is_boolean())
      throw wrong{"retry must be true or false"};
    result.retry = retry->get<bool>();
  }
  return result;
}

program_line working_of(const json& x) {
  require_only(x, {"working"});
  require_true(x.at("working"), "working");
  return working{};
}

program_line log_of(const json& x) {
  require_only(x, {"log", "level"});
  // Of syslog(3), by the names that loggers share.
  constexpr std::array<std::pair<std::string_view, int>, 6> levels{
    {{"error", 3},
     {"warn", 4},
     {"warning", 4},
     {"notice", 5},
     {"info", 6},
     {"debug", 7}}};
  auto level = text_or(x, "level", "info");
  for (auto& [name, number] : levels)
    if (level == name)
      return log_line{number, text_in(x.at("log"), "log")};
  throw wrong{"level must be error, warn, notice, info or debug"};
}

program_line read(const json& x) {
  std::string found;
  for (auto* name : {"ack", "no_ack", "continue", "fail", "reject"})
    if (x.contains(name)) {
      if (!found.empty())
        throw wrong{found + " and " + name + " exclude each other"};
      found = name;
    }
  if (!found.empty())
    return full_answer(x, found);
  if (x.contains("acked"))
    return acked_of(x);
  if (x.contains("acked_through"))
    return acked_through_of(x);
  if (x.contains("nack"))
    return nacked_of(x);
  if (x.contains("working"))
    return working_of(x);
  if (x.contains("log"))
    return log_of(x);
  throw wrong{"it is no answer and nothing else that is known"};
}

} // namespace

program_line parse_line(std::string_view line) {
  if (!line.starts_with('{'))
    return own_output{line};
  auto x = json::parse(line, nullptr, false);
  try {
    if (x.is_discarded())
      throw wrong{"it is no JSON"};
    return read(x);
  } catch (const wrong& e) {
    return bad_line{
      fmt::format("wrong line: {}: {}", e.what(), quoted_start(line))};
  }
}

} // namespace cafka::exec
