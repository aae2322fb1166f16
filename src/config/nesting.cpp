#include "config/nesting.hpp"

#include <vector>

namespace cafka {

namespace {

/// The levels that are open: a brace is one, with the dots of its name, each of
/// which is a dictionary of its own.
class open_levels {
public:
  explicit open_levels(std::size_t above) : depth_(above) {
  }

  void add(const config_scanner::token& x) {
    if (x.is('.'))
      ++dots_;
    else if (x.is('{') || x.is('['))
      open();
    else if (x.is('}') || x.is(']'))
      close();
    else if (x.is(',') || x.what == config_scanner::kind::newline)
      dots_ = 0;
  }
  bool too_deep() const {
    return depth_ + dots_ > nesting_max;
  }

private:
  void open() {
    opened_.push_back(dots_ + 1);
    depth_ += opened_.back();
    dots_ = 0;
  }
  void close() {
    dots_ = 0;
    if (opened_.empty())
      return;
    depth_ -= opened_.back();
    opened_.pop_back();
  }

  std::vector<std::size_t> opened_;
  std::size_t depth_;
  std::size_t dots_ = 0;
};

} // namespace

std::optional<text_place> place_too_deep(std::string_view text,
                                         std::size_t above) {
  config_scanner scanner{text};
  open_levels levels{above};
  while (auto x = scanner.next()) {
    levels.add(*x);
    if (levels.too_deep())
      return x->at;
  }
  return std::nullopt;
}

} // namespace cafka
