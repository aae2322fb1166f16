#include "core/time_text.hpp"

#include <chrono>

namespace cafka::core {

namespace {

/// Takes what it reads from the front.
class reader {
public:
  explicit reader(std::string_view x) noexcept : rest_(x) {
  }

  bool skip(char x) noexcept {
    if (rest_.empty() || rest_.front() != x)
      return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// So many digits; nothing: they are not there, or make more than `max`.
  std::optional<int> number(std::size_t digits, int max) noexcept {
    if (rest_.size() < digits)
      return std::nullopt;
    int result = 0;
    for (auto x : rest_.substr(0, digits)) {
      if (x < '0' || x > '9')
        return std::nullopt;
      result = 10 * result + (x - '0');
    }
    rest_.remove_prefix(digits);
    return result > max ? std::nullopt : std::optional{result};
  }
  /// Of a second; digits behind the third one count for nothing.
  std::optional<int> milliseconds() noexcept {
    int result = 0;
    int digits = 0;
    for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
         ++digits) {
      if (digits < 3)
        result = 10 * result + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    for (auto i = digits; i < 3; ++i)
      result *= 10;
    return digits == 0 ? std::nullopt : std::optional{result};
  }
  bool at_end() const noexcept {
    return rest_.empty();
  }

private:
  std::string_view rest_;
};

using std::chrono::minutes;
using ms = std::chrono::milliseconds;

std::optional<std::chrono::sys_days> read_date(reader& from) {
  using namespace std::chrono;
  auto y = from.number(4, 9'999);
  if (!y || !from.skip('-'))
    return std::nullopt;
  auto m = from.number(2, 12);
  if (!m || !from.skip('-'))
    return std::nullopt;
  auto d = from.number(2, 31);
  if (!d)
    return std::nullopt;
  year_month_day date{year{*y}, month{static_cast<unsigned>(*m)},
                      day{static_cast<unsigned>(*d)}};
  return date.ok() ? std::optional{sys_days{date}} : std::nullopt;
}

std::optional<minutes> read_clock(reader& from) {
  auto h = from.number(2, 23);
  if (!h || !from.skip(':'))
    return std::nullopt;
  auto m = from.number(2, 59);
  if (!m)
    return std::nullopt;
  return std::chrono::hours{*h} + minutes{*m};
}

/// With its fraction; nothing is read where there are none.
std::optional<ms> read_seconds(reader& from) {
  if (!from.skip(':'))
    return ms{0};
  auto s = from.number(2, 59);
  if (!s)
    return std::nullopt;
  ms result = std::chrono::seconds{*s};
  if (!from.skip('.'))
    return result;
  auto fraction = from.milliseconds();
  if (!fraction)
    return std::nullopt;
  return result + ms{*fraction};
}

/// East of Greenwich.
std::optional<minutes> read_zone(reader& from) {
  if (from.at_end() || from.skip('Z') || from.skip('z'))
    return minutes{0};
  auto is_east = from.skip('+');
  if (!is_east && !from.skip('-'))
    return std::nullopt;
  auto x = read_clock(from);
  if (!x)
    return std::nullopt;
  return is_east ? *x : -*x;
}

} // namespace

std::optional<std::int64_t> parse_time(std::string_view x) {
  reader from{x};
  auto date = read_date(from);
  if (!date)
    return std::nullopt;
  ms result = date->time_since_epoch();
  if (from.skip('T') || from.skip('t') || from.skip(' ')) {
    auto clock = read_clock(from);
    auto seconds = clock ? read_seconds(from) : std::nullopt;
    auto zone = seconds ? read_zone(from) : std::nullopt;
    if (!zone)
      return std::nullopt;
    result += *clock + *seconds - *zone;
  } else {
    from.skip('Z');
  }
  if (!from.at_end() || result < ms{0})
    return std::nullopt;
  return result.count();
}

} // namespace cafka::core
