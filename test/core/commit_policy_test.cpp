#include "core/commit_policy.hpp"

#include "support/property.hpp"

#include <algorithm>

using namespace cafka;
using namespace cafka::core;
using namespace std::chrono_literals;

namespace {

constexpr time_point start{1h};

commit_policy make_policy() {
  return {5s, 100};
}

commit_policy with_acked(std::size_t records) {
  auto result = make_policy();
  result.acked(records, start);
  return result;
}

} // namespace

TEST_CASE("nothing acked is never due") {
  auto uut = make_policy();
  CHECK_FALSE(uut.due(start + 1h));
  CHECK(uut.next_due() == std::nullopt);
  uut.urge();
  CHECK_FALSE(uut.due(start + 1h));
  CHECK(uut.next_due() == std::nullopt);
}

TEST_CASE("acks are due one interval after the first of them") {
  auto uut = with_acked(1);
  uut.acked(1, start + 4s);
  CHECK(uut.next_due() == start + 5s);
  CHECK_FALSE(uut.due(start + 5s - 1ns));
  CHECK(uut.due(start + 5s));
}

TEST_CASE("acks are due at once when their count is reached") {
  auto uut = with_acked(99);
  CHECK_FALSE(uut.due(start + 1s));
  uut.acked(1, start + 1s);
  CHECK(uut.due(start + 1s));
  CHECK(uut.next_due() <= start + 1s);
}

TEST_CASE("a resolved start is gathered without any record") {
  auto uut = with_acked(0);
  CHECK_FALSE(uut.due(start));
  CHECK(uut.due(start + 5s));
  uut.urge();
  CHECK(uut.due(start));
}

TEST_CASE("gathering begins anew with each request") {
  auto uut = with_acked(100);
  uut.sent();
  CHECK(uut.in_flight());
  uut.answered(true, start + 1s);
  CHECK_FALSE(uut.in_flight());
  CHECK_FALSE(uut.due(start + 1h));
  uut.acked(99, start + 2s);
  CHECK(uut.next_due() == start + 7s);
}

TEST_CASE("nothing is due while a request is in flight") {
  auto uut = with_acked(1);
  uut.sent();
  uut.acked(1000, start + 1s);
  uut.urge();
  CHECK_FALSE(uut.due(start + 1h));
  CHECK(uut.next_due() == std::nullopt);
}

TEST_CASE("what was acked meanwhile is due from its own first ack on") {
  auto uut = with_acked(1);
  uut.sent();
  uut.acked(1, start + 1s);
  uut.answered(true, start + 2s);
  CHECK(uut.next_due() == start + 6s);
}

TEST_CASE("what was acked meanwhile in great number is due with the answer") {
  auto uut = with_acked(1);
  uut.sent();
  uut.acked(100, start + 1s);
  uut.answered(true, start + 2s);
  CHECK(uut.due(start + 2s));
}

TEST_CASE("what a failed request held is due again one interval later") {
  auto uut = with_acked(1000);
  uut.sent();
  uut.answered(false, start + 1s);
  CHECK_FALSE(uut.due(start + 6s - 1ns));
  CHECK(uut.due(start + 6s));
}

TEST_CASE("many acks meanwhile do not hasten the repetition of a failure") {
  auto uut = with_acked(1);
  uut.sent();
  uut.acked(1000, start);
  uut.answered(false, start + 1s);
  CHECK(uut.next_due() == start + 6s);
  uut.acked(99, start + 2s);
  CHECK(uut.next_due() == start + 6s);
  uut.acked(1, start + 2s);
  CHECK(uut.due(start + 2s));
}

TEST_CASE("an urgent commit is due at once") {
  auto uut = with_acked(1);
  uut.urge();
  CHECK(uut.urgent());
  CHECK(uut.due(start));
  uut.sent();
  CHECK_FALSE(uut.urgent());
}

TEST_CASE("urged before the first ack, that ack is due at once") {
  auto uut = make_policy();
  uut.urge();
  uut.acked(1, start);
  CHECK(uut.due(start));
}

TEST_CASE("urged in flight, what is gathered is due with the answer") {
  auto uut = with_acked(1);
  uut.sent();
  uut.acked(1, start + 1s);
  uut.urge();
  uut.answered(true, start + 2s);
  CHECK(uut.due(start + 2s));
}

TEST_CASE("a failed urgent commit is repeated at once only when urged again") {
  auto uut = with_acked(1);
  uut.urge();
  uut.sent();
  uut.answered(false, start + 1s);
  CHECK_FALSE(uut.due(start + 1s));
  uut.urge();
  CHECK(uut.due(start + 1s));
}

TEST_CASE("while paused only urgent commits are due") {
  auto uut = with_acked(1000);
  uut.pause(true);
  CHECK_FALSE(uut.due(start + 1h));
  CHECK(uut.next_due() == std::nullopt);
  auto urged = uut;
  urged.urge();
  CHECK(urged.due(start));
  uut.pause(false);
  CHECK(uut.due(start));
}

TEST_CASE("an interval of zero and a count of zero commit every ack at once") {
  commit_policy no_interval{0s, 100};
  no_interval.acked(1, start);
  CHECK(no_interval.due(start));
  commit_policy no_count{5s, 0};
  no_count.acked(0, start);
  CHECK(no_count.due(start));
}

// -- against a model that keeps every ack -------------------------------------

namespace {

struct naive_commit_policy {
  struct item {
    std::size_t records = 0;
    time_point since;
  };
  duration interval;
  std::size_t count_max = 0;
  std::vector<item> gathered;
  std::size_t unconfirmed = 0; // acked, in no request that succeeded
  std::size_t requested = 0;   // in the request in flight
  bool in_flight = false;
  bool paused = false;
  bool urgent = false;

  bool due(time_point now) const {
    if (gathered.empty() || in_flight)
      return false;
    if (urgent)
      return true;
    std::size_t records = 0;
    for (auto& x : gathered)
      records += x.records;
    return !paused
           && (records >= count_max
               || now - gathered.front().since >= interval);
  }
  void acked(std::size_t records, time_point now) {
    gathered.push_back({records, now});
    ++unconfirmed;
  }
  void sent() {
    requested = unconfirmed;
    gathered.clear();
    in_flight = true;
    urgent = false;
  }
  void answered(bool ok, time_point now) {
    in_flight = false;
    if (ok)
      unconfirmed -= requested;
    else
      gathered = {{0, now}};
  }
};

void answer_or_send(commit_policy& uut, naive_commit_policy& model,
                    time_point now) {
  if (uut.in_flight()) {
    auto ok = *rc::gen::arbitrary<bool>();
    uut.answered(ok, now);
    model.answered(ok, now);
  } else if (uut.due(now)) {
    uut.sent();
    model.sent();
  }
}

void ack_any(commit_policy& uut, naive_commit_policy& model, time_point now) {
  auto records = *rc::gen::inRange<std::size_t>(0, 60);
  uut.acked(records, now);
  model.acked(records, now);
}

void step(commit_policy& uut, naive_commit_policy& model, time_point now) {
  switch (*rc::gen::inRange(0, 8)) {
    case 0:
      uut.urge();
      model.urgent = true;
      break;
    case 1:
      model.paused = !model.paused;
      uut.pause(model.paused);
      break;
    case 2:
    case 3:
    case 4:
      answer_or_send(uut, model, now);
      break;
    default:
      ack_any(uut, model, now);
  }
}

void check_same(const commit_policy& uut, const naive_commit_policy& model,
                time_point now) {
  RC_ASSERT(uut.in_flight() == model.in_flight);
  RC_ASSERT(uut.urgent() == model.urgent);
  for (auto at : {now, now + 1s, now + 5s - 1ns, now + 5s}) {
    RC_ASSERT(uut.due(at) == model.due(at));
    auto next = uut.next_due();
    RC_ASSERT(uut.due(at) == (next && at >= *next));
  }
}

} // namespace

TEST_CASE("commits are due as a model says, and no ack is ever forgotten") {
  cafka::test::check_property("commit_policy", [] {
    auto uut = make_policy();
    naive_commit_policy model;
    model.interval = 5s;
    model.count_max = 100;
    auto now = start;
    auto steps = *rc::gen::inRange(1, 80);
    for (int i = 0; i < steps; ++i) {
      now += std::chrono::milliseconds{*rc::gen::inRange(0, 3000)};
      step(uut, model, now);
      check_same(uut, model, now);
      if (model.unconfirmed > 0 && !model.in_flight && !model.paused)
        RC_ASSERT(uut.due(now + 5s));
    }
  });
}

TEST_CASE("a commit is gathered for, sent, and gathered for again where it "
          "failed or more was acked meanwhile") {
  using state = commit_policy::state;
  auto uut = make_policy();
  CHECK(uut.at() == state::clean);
  uut.acked(1, start);
  CHECK(uut.at() == state::gathering);
  uut.sent();
  CHECK(uut.at() == state::in_flight);
  SECTION("answered") {
    uut.answered(true, start + 1s);
    CHECK(uut.at() == state::clean);
    uut.sent(); // the last one of a revocation, whatever is gathered
    CHECK(uut.at() == state::in_flight);
  }
  SECTION("failed") {
    uut.answered(false, start + 1s);
    CHECK(uut.at() == state::gathering);
  }
  SECTION("acked meanwhile") {
    uut.acked(1, start + 1s);
    CHECK(uut.at() == state::in_flight);
    uut.answered(true, start + 2s);
    CHECK(uut.at() == state::gathering);
  }
}
