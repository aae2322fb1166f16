#include "config/repeats.hpp"

#include "config/scanner.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace cafka {

namespace {

/// Follows the text through its dictionaries and lists. What is between them is
/// known to be right, so little of the grammar is needed.
class key_reader {
public:
  void add(const config_scanner::token& x) {
    using kind = config_scanner::kind;
    if (x.is('}') || x.is(']'))
      close();
    else if (x.is('{') || x.is('['))
      open(x);
    else if (x.what == kind::newline || x.is(','))
      begin_entry();
    else if (here().is_list || in_value_)
      return;
    else if (x.is('=') || x.is(':'))
      begin_value(x.at.line);
    else
      key_ += x.text; // and the dots between its parts
  }
  std::vector<repeated_key> take() {
    return std::move(found_);
  }

private:
  struct level {
    std::string path; ///< with a dot behind it
    bool is_list = false;
    std::size_t elements = 0; ///< that are dictionaries or lists
  };

  level& here() {
    return levels_.back();
  }
  void begin_entry() {
    key_.clear();
    in_value_ = false;
  }
  void begin_value(std::size_t line) {
    note(here().path + key_, line);
    in_value_ = true;
  }
  void open(const config_scanner::token& x) {
    if (x.is('[') && !here().is_list && !in_value_) {
      in_section_name_ = true;
      section_line_ = x.at.line;
      return;
    }
    if (!here().is_list && !in_value_)
      begin_value(x.at.line); // the `=` in front of a brace may be missing
    auto name = here().is_list ? std::to_string(here().elements++) : key_;
    levels_.push_back({here().path + name + ".", x.is('[')});
    begin_entry();
  }
  void close() {
    if (in_section_name_) {
      begin_section();
      begin_entry();
      return;
    }
    if (levels_.size() > 1)
      levels_.pop_back();
    in_value_ = true; // nothing follows in its line
  }
  /// All keys up to the next section are below its name. CAF 0.17 merges what
  /// stands in the first part of it, and replaces what is below.
  void begin_section() {
    in_section_name_ = false;
    if (auto dot = key_.find('.'); dot != std::string::npos)
      note(key_.substr(0, key_.find('.', dot + 1)), section_line_);
    levels_ = {{key_ + ".", false}};
  }
  void note(std::string path, std::size_t line) {
    auto [i, is_new] = lines_.emplace(path, line);
    if (!is_new)
      found_.push_back({std::move(path), line, i->second});
  }

  std::vector<level> levels_{1};
  std::string key_;
  bool in_value_ = false;
  bool in_section_name_ = false;
  std::size_t section_line_ = 0;
  std::map<std::string, std::size_t> lines_;
  std::vector<repeated_key> found_;
};

} // namespace

std::vector<repeated_key> repeated_keys(std::string_view text) {
  config_scanner scanner{text};
  key_reader reader;
  while (auto x = scanner.next())
    reader.add(*x);
  return reader.take();
}

} // namespace cafka
