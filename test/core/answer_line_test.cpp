#include "core/answer_line.hpp"

#include "support/property.hpp"

#include <string>

using namespace cafka;
using namespace cafka::core;

namespace {

using line = answer_line<std::string>;
using answers = std::vector<std::string>;

} // namespace

TEST_CASE("an answer counts when all its outputs are written") {
  line x;
  CHECK(x.empty());
  auto id = x.add("a", {0, 3}, 2, 100);
  CHECK_FALSE(x.empty());
  CHECK(x.bytes() == 100);
  CHECK(x.written(id).empty());
  CHECK(x.written(id) == answers{"a"});
  CHECK(x.empty());
  CHECK(x.bytes() == 0);
}

TEST_CASE("answers count in the order of their calls") {
  line x;
  auto a = x.add("a", {0, 2}, 1, 10);
  x.add("b", {2, 5}, 0, 0);
  auto c = x.add("c", {5, 6}, 1, 10);
  CHECK(x.records().ranges() == std::vector<offset_range>{{0, 6}});
  CHECK(x.written(c).empty());
  CHECK(x.written(a) == answers{"a", "b", "c"});
  CHECK(x.empty());
}

TEST_CASE("an output that cannot be written voids its answer and those "
          "behind") {
  line x;
  auto a = x.add("a", {0, 2}, 1, 10);
  auto b = x.add("b", {2, 5}, 2, 20);
  auto c = x.add("c", {5, 6}, 1, 30);
  CHECK(x.failed(b) == answers{"b", "c"});
  CHECK(x.bytes() == 10);
  CHECK(x.records().ranges() == std::vector<offset_range>{{0, 2}});
  CHECK(x.failed(c).empty()); // it is void already
  CHECK(x.written(b).empty());
  CHECK(x.written(a) == answers{"a"});
  auto d = x.add("d", {2, 5}, 1, 0);
  CHECK(d != b);
  CHECK(x.written(d) == answers{"d"});
}

TEST_CASE("whatever the order of reports, answers count in the order of calls "
          "and none behind one that failed") {
  cafka::test::check_property("answers", [] {
    answer_line<int> x;
    std::vector<answer_line<int>::id_type> reports;
    auto calls = *rc::gen::inRange(1, 8);
    for (int i = 0; i < calls; ++i) {
      auto outputs = *rc::gen::inRange<std::size_t>(0, 3);
      if (x.empty() && outputs == 0)
        ++outputs;
      auto id = x.add(i, {i, i + 1}, outputs, outputs);
      reports.insert(reports.end(), outputs, id);
    }
    int next = 0;
    int end = calls; // void from here on
    while (!reports.empty()) {
      auto i = *rc::gen::inRange<std::size_t>(0, reports.size());
      auto id = reports[i];
      reports.erase(reports.begin() + static_cast<std::ptrdiff_t>(i));
      if (*rc::gen::inRange(0, 6) == 0) {
        for (auto y : x.failed(id)) {
          RC_ASSERT(y >= next);
          end = std::min(end, y);
        }
      } else {
        for (auto y : x.written(id)) {
          RC_ASSERT(y == next++);
          RC_ASSERT(y < end);
        }
      }
    }
    RC_ASSERT(x.empty());
    RC_ASSERT(x.bytes() == 0u);
    RC_ASSERT(next == end);
  });
}
