#include "core/failed_records.hpp"

#include "support/catch.hpp"

using namespace cafka;
using namespace cafka::core;
using namespace std::chrono_literals;

namespace {

using state = disposal::state;

constexpr time_point start{1h};

} // namespace

// -- each arrow of the chart --------------------------------------------------

TEST_CASE("the way past a record waits for a report, or until it is tried "
          "again") {
  disposal uut{1, disposal::reason::retries};
  CHECK(uut.at() == state::begun);
  uut.hand_over();
  CHECK(uut.is_away());
  CHECK_FALSE(uut.retry_at());
  uut.come_back(); // not written
  CHECK(uut.at() == state::begun);
  uut.wait_until(start);
  CHECK(uut.at() == state::waiting);
  CHECK_FALSE(uut.is_away());
  CHECK(uut.retry_at() == start);
  uut.take_again();
  CHECK(uut.at() == state::begun);
  CHECK_FALSE(uut.retry_at());
  CHECK(uut.step() == 0);
  uut.next_step();
  CHECK(uut.step() == 1);
}

// -- the records --------------------------------------------------------------

TEST_CASE("a record that failed may be acked when it was delivered again, and "
          "not on its way") {
  failed_records uut;
  uut.failed(4, {});
  uut.failed(6, {});
  uut.find(6)->way.emplace(1, disposal::reason::retries);
  CHECK_FALSE(uut.find(4)->may_be_acked());
  uut.delivered({0, 10});
  CHECK(uut.find(4)->may_be_acked());
  CHECK_FALSE(uut.find(6)->may_be_acked());
  uut.failed(4, {});
  CHECK_FALSE(uut.find(4)->may_be_acked());
  CHECK(uut.failures(4) == 2);
}

TEST_CASE("the step that is due first is tried again first") {
  failed_records uut;
  for (offset_t x : {1, 2, 3}) {
    uut.failed(x, {});
    uut.find(x)->way.emplace(static_cast<std::uint64_t>(x),
                             disposal::reason::retries);
  }
  CHECK_FALSE(uut.next_retry());
  uut.find(1)->way->hand_over();
  uut.find(2)->way->wait_until(start + 2s);
  uut.find(3)->way->wait_until(start + 1s);
  CHECK(uut.next_retry() == start + 1s);
  CHECK_FALSE(uut.due(start));
  CHECK(uut.due(start + 1s) == 3);
  CHECK(uut.any_away());
  CHECK(uut.find_letter(1)->first == 1);
  CHECK(uut.find_letter(2) == nullptr); // none is away
}
