#include "broker_support/member.hpp"

#include "broker_support/resident.hpp"

#include <stdexcept>
#include <utility>

namespace cafka::test {

namespace {

app_input for_as_long_as_it_takes() {
  app_input result;
  result.limit = std::chrono::hours{7 * 24};
  return result;
}

/// Enough for the story of a minute; many members live in one long run.
constexpr std::size_t tail_bytes = 64 * 1024;

/// Cut at half more, so that not every line moves all of it.
void append(std::string& tail, const std::string& more) {
  tail += more;
  if (tail.size() > tail_bytes * 3 / 2)
    tail.erase(0, tail.size() - tail_bytes);
}

} // namespace

member::member(std::string name, const std::vector<std::string>& command)
  : name_(std::move(name)), process_(command, for_as_long_as_it_takes()) {
}

std::vector<member::event> member::read() {
  ended_ = !process_.read_now();
  append(err_, process_.take_error());
  auto more = process_.take_output();
  append(out_, more);
  unread_ += more;
  std::vector<event> result;
  std::size_t begin = 0;
  for (auto end = unread_.find('\n'); end != std::string::npos;
       end = unread_.find('\n', begin)) {
    auto line = unread_.substr(begin, end - begin);
    begin = end + 1;
    auto x = event::parse(line, nullptr, /* allow_exceptions */ false);
    if (!x.is_object() || !x.contains("name"))
      throw std::runtime_error(name_ + " wrote no event: " + line);
    result.push_back(std::move(x));
  }
  unread_.erase(0, begin);
  return result;
}

long member::resident_kib() const {
  return test::resident_kib(process_.id());
}

} // namespace cafka::test
