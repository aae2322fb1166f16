#include "api/log_lines.hpp"

#include <cstddef>
#include <string_view>

namespace cafka {

namespace {

std::string text_of(const topic_partition& x) {
  return x.topic.empty() ? std::string{} : to_string(x);
}

/// Between where a program's line is from and what it is.
constexpr std::string_view separator = " | ";

/// A program's line, `orders/3 | text`, says which partition it is of. 0: it is
/// of a process for all of them, and says the name of the group.
std::size_t end_of_partition(std::string_view text) {
  auto end = text.find(separator);
  if (end == std::string_view::npos)
    return 0;
  auto slash = text.find_last_of('/', end);
  auto digits = text.substr(0, end).find_last_not_of("0123456789");
  // No topic has a blank in its name.
  auto is_partition = slash != std::string_view::npos && slash == digits
                      && slash > 0 && slash + 1 < end && text.find(' ') == end;
  return is_partition ? end : 0;
}

} // namespace

int level_of(event_kind x) noexcept {
  switch (x) {
    case event_kind::worker_exhausted:
    case event_kind::stop_expired:
    case event_kind::supervisor_gave_up:
      return core::log_level::error;
    case event_kind::assignment_complete:
    case event_kind::begin_resolved:
    case event_kind::revocation_complete:
    case event_kind::worker_started:
    case event_kind::worker_restarted:
    case event_kind::commit_sent:
    case event_kind::committed:
    case event_kind::program_started:
    case event_kind::program_ended:
      return core::log_level::debug;
    default:
      return is_warning(x) ? core::log_level::warning
                           : core::log_level::information;
  }
}

core::log_line line_of(const event& x) {
  core::log_line result{.level = level_of(x.kind),
                        .group = x.group,
                        .partition = text_of(x.tp),
                        .event = to_string(x.kind),
                        .text = x.text};
  auto add = [&](const char* name, core::log_line::value value) {
    result.fields.emplace_back(name, std::move(value));
  };
  if (x.generation.value != 0)
    add("generation", static_cast<std::int64_t>(x.generation.value));
  if (x.offset != -1)
    add("offset", x.offset);
  if (x.count != 0)
    add("count", static_cast<std::int64_t>(x.count));
  if (x.code != errc::none)
    add("code", to_string(x.code));
  if (!x.who.empty())
    add("who", x.who);
  return result;
}

core::log_line line_of(const log_record& x) {
  core::log_line result{.level = x.level,
                        .group = x.group,
                        .event = "log",
                        .fields = {{"facility", x.facility}},
                        .text = x.text};
  if (auto end = x.facility == "exec" ? end_of_partition(x.text) : 0; end > 0) {
    result.partition = x.text.substr(0, end);
    result.text.erase(0, end + separator.size());
  }
  return result;
}

} // namespace cafka
