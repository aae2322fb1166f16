#include "config/topic_name.hpp"

namespace cafka {

bool is_topic_name(const std::string& x) {
  constexpr std::size_t size_max = 249;
  constexpr auto characters = "abcdefghijklmnopqrstuvwxyz"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  return !x.empty() && x.size() <= size_max && x != "." && x != ".."
         && x.find_first_not_of(characters) == std::string::npos;
}

} // namespace cafka
