#include "exec/line_cutter.hpp"
#include "exec/protocol.hpp"

#include "support/catch.hpp"
#include "support/property.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace cafka;
using namespace cafka::exec;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

using cut = std::vector<std::pair<std::string, bool>>;

/// What `bytes` are cut into, fed in pieces of `size`.
cut lines_of(std::string_view bytes, std::size_t max, std::size_t size,
             std::string* rest = nullptr) {
  cut result;
  line_cutter tested{max};
  for (; !bytes.empty(); bytes.remove_prefix(std::min(size, bytes.size())))
    tested.feed(bytes.substr(0, size), [&](std::string_view line, bool whole) {
      result.emplace_back(line, whole);
    });
  if (rest)
    *rest = tested.rest();
  return result;
}

} // namespace

TEST_CASE("bytes are cut into lines, in whatever pieces they come") {
  auto size = GENERATE(1u, 2u, 3u, 100u);
  std::string rest;
  CHECK(lines_of("a\n\nbcd\nef", 3, size, &rest)
        == cut{{"a", true}, {"", true}, {"bcd", true}});
  CHECK(rest == "ef");
}

TEST_CASE("a line of just the most bytes is whole, and one more cuts it") {
  auto max = GENERATE(program_line_bytes_max, log_line_bytes_max);
  auto size = GENERATE(1'000u, 65'536u, 2'000'000u);
  std::string line(max, 'x');
  CHECK(lines_of(line + "\nnext\n", max, size)
        == cut{{line, true}, {"next", true}});
  CHECK(lines_of(line + "yz\nnext\n", max, size)
        == cut{{line, false}, {"next", true}});
  // It is told at once, and its end comes later or never.
  std::string rest;
  CHECK(lines_of(line + "y", max, size, &rest) == cut{{line, false}});
  CHECK(rest.empty());
}

TEST_CASE("lines are the same, whatever the pieces") {
  check_property("a line cutter", [] {
    auto bytes
      = *rc::gen::container<std::string>(rc::gen::element('a', 'b', '\n'));
    auto max = *rc::gen::inRange<std::size_t>(1, 6);
    auto size = *rc::gen::inRange<std::size_t>(1, 6);
    RC_ASSERT(lines_of(bytes, max, size) == lines_of(bytes, max, bytes.size()));
  });
}

TEST_CASE("a hundred lines of a second go to the log, and the others are "
          "counted") {
  line_budget x;
  time_point begin{1h};
  for (std::uint64_t i = 0; i < 100; ++i)
    CHECK(x.take(begin + i * 1ms));
  CHECK_FALSE(x.take(begin + 200ms));
  CHECK_FALSE(x.take(begin + 999ms));
  CHECK(x.left_out(begin + 999ms) == 0); // more may come
  CHECK(x.left_out(begin + 1s) == 2);
  CHECK(x.left_out(begin + 1s) == 0); // once
  CHECK(x.take(begin + 1s));
}
