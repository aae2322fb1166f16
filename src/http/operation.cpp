#include "http/operation.hpp"

#include "io/document_text.hpp"

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

namespace cafka::http {

namespace {

using nlohmann::json;

/// The members of one object; each is asked for once, and what nobody asked for
/// is wrong.
class members {
public:
  members(const json& x, std::string& wrong) : x_(x), wrong_(wrong) {
  }

  std::string text(const char* name, bool required = false) {
    auto* found = find(name, required);
    if (found == nullptr)
      return {};
    auto result = found->is_string() ? found->get<std::string>()
                                     : std::string{};
    if (!found->is_string() || (required && result.empty()))
      refuse(name, required ? "a text that is not empty" : "a text");
    return result;
  }
  std::int64_t
  number(const char* name, std::int64_t missing, bool required,
         std::int64_t most = std::numeric_limits<std::int64_t>::max()) {
    auto* found = find(name, required);
    if (found == nullptr)
      return missing;
    if (found->is_number_integer() && *found >= 0 && *found <= most)
      return found->get<std::int64_t>();
    refuse(name, "a whole number from 0");
    return missing;
  }
  void refuse(const char* name, std::string_view allowed) {
    if (wrong_.empty())
      wrong_ = fmt::format("{}: {}", name, allowed);
  }
  /// After all were asked for.
  void refuse_others() {
    for (auto& [name, _] : x_.items())
      if (std::ranges::find(known_, name) == known_.end() && wrong_.empty())
        wrong_ = fmt::format("no such member; there are {}",
                             fmt::join(known_, ", "));
  }

private:
  const json* find(const char* name, bool required) {
    known_.push_back(name);
    auto i = x_.find(name);
    if (i != x_.end())
      return &*i;
    if (required)
      refuse(name, "missing");
    return nullptr;
  }

  const json& x_;
  std::string& wrong_;
  std::vector<std::string> known_;
};

constexpr std::int64_t partition_max = std::numeric_limits<partition_t>::max();

/// Of a pause or its end, where both may be missing.
template <class T>
T read_wide(members& from) {
  T result;
  result.topic = from.text("topic");
  result.partition = static_cast<partition_t>(
    from.number("partition", -1, false, partition_max));
  if (result.topic.empty() && result.partition >= 0)
    from.refuse("topic", "missing beside partition");
  return result;
}

template <class T>
T read_one(members& from) {
  T result;
  result.topic = from.text("topic", true);
  result.partition = static_cast<partition_t>(
    from.number("partition", 0, true, partition_max));
  return result;
}

dispose_record read_dispose(members& from) {
  auto result = read_one<dispose_record>(from);
  result.offset = from.number("offset", -1, true);
  auto step = from.text("step", true);
  if (step == "dead-letter")
    result.step = failure_step::dead_letter;
  else if (step != "skip")
    from.refuse("step", "skip or dead-letter");
  return result;
}

move_partition read_move(members& from) {
  auto result = read_one<move_partition>(from);
  if (auto to = parse_target_position(from.text("to", true)))
    result.to = *to;
  else
    from.refuse("to", "earliest, latest, an offset, or a time as "
                      "2026-11-29T13:05:09Z");
  return result;
}

using any_intent = decltype(operation::what);

struct route {
  std::string_view path;
  any_intent (*read)(members&);
};

constexpr route routes[]{
  {"/api/pause",
   [](members& x) -> any_intent { return read_wide<pause_partitions>(x); }},
  {"/api/resume",
   [](members& x) -> any_intent { return read_wide<resume_partitions>(x); }},
  {"/api/restart",
   [](members& x) -> any_intent { return read_one<restart_worker>(x); }},
  {"/api/dispose", [](members& x) -> any_intent { return read_dispose(x); }},
  {"/api/move", [](members& x) -> any_intent { return read_move(x); }},
};

} // namespace

std::optional<operation> read_operation(const request& x, std::string& wrong) {
  auto to = std::ranges::find(routes, x.path, &route::path);
  if (to == std::end(routes)) {
    wrong = "there are /api/pause, resume, restart, dispose and move";
    return std::nullopt;
  }
  auto body = json::parse(x.body, nullptr, false);
  if (!body.is_object()) {
    wrong = "a JSON object is wanted";
    return std::nullopt;
  }
  members from{body, wrong};
  operation result;
  result.group = from.text("group", true);
  result.what = to->read(from);
  auto who = from.text("who");
  auto reason = from.text("reason");
  from.refuse_others();
  if (!wrong.empty())
    return std::nullopt;
  std::visit(
    [&](auto& intent) {
      intent.who = who.empty() ? "http" : std::move(who);
      intent.reason = std::move(reason);
    },
    result.what);
  return result;
}

response answer_of(const operation_reply& x) {
  auto is_done = x.result == operation_result::done
                 || x.result == operation_result::unchanged;
  json document{{"result", to_string(x.result)}, {"text", x.text}};
  if (x.offset >= 0)
    document["offset"] = x.offset;
  response result;
  result.status = is_done ? 200 : 409;
  result.type = "application/json";
  result.body = io::document_text(document) + "\n";
  return result;
}

} // namespace cafka::http
