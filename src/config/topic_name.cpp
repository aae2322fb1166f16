#include "config/topic_name.hpp"

#include <string_view>

namespace cafka {

bool is_topic_name(const std::string& x) {
  constexpr std::size_t size_max = 249;
  constexpr auto characters = "abcdefghijklmnopqrstuvwxyz"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  return !x.empty() && x.size() <= size_max && x != "." && x != ".."
         && x.find_first_not_of(characters) == std::string::npos;
}

std::string dead_letter_topic(const std::string& pattern,
                              const std::string& group,
                              const std::string& topic) {
  std::string result;
  for (std::string_view rest = pattern; !rest.empty();) {
    auto put = [&](std::string_view placeholder, const std::string& name) {
      auto is_it = rest.starts_with(placeholder);
      if (is_it) {
        result += name;
        rest.remove_prefix(placeholder.size());
      }
      return is_it;
    };
    if (put("{group}", group) || put("{topic}", topic))
      continue;
    result += rest.front();
    rest.remove_prefix(1);
  }
  return result;
}

} // namespace cafka
