#include "config/shown_key.hpp"

#include "config/keys.hpp"
#include "config/properties.hpp"
#include "kafka/property_check.hpp"

#include <algorithm>

namespace cafka {

namespace {

constexpr auto hidden = "(hidden)";

/// No key of ours and no property is longer, or has a digit or a capital.
constexpr std::size_t key_size_max = 40;

bool looks_like_a_key(std::string_view x) {
  return x.size() <= key_size_max
         && std::all_of(x.begin(), x.end(), [](char c) {
              return (c >= 'a' && c <= 'z') || c == '-' || c == '_';
            });
}

/// Of a dictionary in a list.
bool is_index(std::string_view x) {
  constexpr std::size_t digits_max = 3;
  return x.size() <= digits_max
         && x.find_first_not_of("0123456789") == std::string_view::npos;
}

bool part_may_be_shown(std::string_view part) {
  return looks_like_a_key(part) || is_index(part) || !nearest_key(part).empty();
}

/// `f` gets each part of the path, and what stands before it.
template <class F>
void for_each_part(std::string_view path, F f) {
  for (std::size_t begin = 0; begin <= path.size();) {
    auto end = std::min(path.find('.', begin), path.size());
    f(path.substr(begin, end - begin), path.substr(0, begin));
    begin = end + 1;
  }
}

} // namespace

std::string shown_key(std::string_view path) {
  std::string result;
  auto is_below_secret = false;
  for_each_part(path, [&](std::string_view part, std::string_view before) {
    auto is_group = before.ends_with("cafka.groups.");
    auto is_shown = !is_below_secret && (is_group || part_may_be_shown(part));
    result += (before.empty() ? "" : ".");
    result += is_shown ? std::string{part} : hidden;
    is_below_secret = is_below_secret
                      || (!is_group
                          && kafka::is_secret_property(std::string{part}));
  });
  return result;
}

std::string shown_property(const std::string& name) {
  if (kafka::is_known_property(name))
    return key_of_property(name);
  auto is_shown = true;
  std::string secret;
  for_each_part(name, [&](std::string_view part, std::string_view before) {
    std::string above{before.substr(0, before.empty() ? 0 : before.size() - 1)};
    if (kafka::is_secret_property(above) && kafka::is_known_property(above))
      secret = above;
    is_shown = is_shown && looks_like_a_key(part);
  });
  if (!secret.empty())
    return key_of_property(secret) + "." + hidden;
  return is_shown ? key_of_property(name) : hidden;
}

bool may_be_shown(const std::string& name, const std::string& value) {
  return kafka::is_known_property(name) && !kafka::is_secret_property(name)
         && !holds_login(value);
}

bool holds_login(std::string_view text) {
  auto at = text.rfind('@');
  return at != std::string_view::npos && text.find(':') < at;
}

} // namespace cafka
