#include "core/repeat_filter.hpp"

namespace cafka::core {

namespace {

std::string without_parentheses(std::string_view text) {
  std::string result;
  int depth = 0;
  for (auto c : text) {
    depth += c == '(' ? 1 : 0;
    if (depth == 0)
      result += c;
    depth -= c == ')' && depth > 0 ? 1 : 0;
  }
  return result;
}

} // namespace

bool repeat_filter::passes(std::string_view text, time_point now) {
  std::erase_if(heard_,
                [&](const auto& x) { return now - x.second >= quiet_; });
  auto key = without_parentheses(text);
  if (auto i = heard_.find(key); i != heard_.end()) {
    i->second = now;
    return false;
  }
  if (heard_.size() >= texts_max)
    return false;
  heard_.emplace(std::move(key), now);
  return true;
}

} // namespace cafka::core
