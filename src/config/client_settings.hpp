#pragma once

#include <cafka/config.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cafka {

/// The properties of a group's client, to see whether they can stand together.
/// Names are librdkafka's, of two the first.
class client_settings {
public:
  explicit client_settings(const group_config& x);

  /// True: nothing is known of them, for one is wrong by itself.
  bool empty() const {
    return values_.empty();
  }
  /// True: it stands in `kafka { … }`, and is not empty.
  bool is_given(const std::string& name) const {
    return !given_as(name).empty();
  }
  /// Those that stand there and begin so, as they are written there.
  std::vector<std::string> given_with(std::string_view prefix) const;
  /// Given or by default; empty: neither.
  std::string value(const std::string& name) const;
  /// 0 where there is none.
  long long number(const std::string& name) const;
  /// The most that a whole fetch may hold: librdkafka adapts it unless it is
  /// given.
  long long fetch_max_bytes() const;

  /// The property with its value, and that it is none of the user's, for words
  /// about another: `session.timeout.ms (45000, the default)`; one that is a
  /// key of ours by that, and a secret without its value.
  std::string shown(const std::string& name) const;
  /// An error of the property, by the key that sets it.
  config_error refusal(const std::string& name, std::string allowed) const;

private:
  std::string given_as(const std::string& name) const;

  std::map<std::string, std::string> given_;
  std::map<std::string, std::string> values_;
  const char* wait_key_;
};

} // namespace cafka
