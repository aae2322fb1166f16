#include "core/revocation.hpp"
#include "core/revoke_commit_limit.hpp"

#include "support/catch.hpp"

#include <set>
#include <vector>

using namespace cafka;
using namespace cafka::core;
using namespace std::chrono_literals;
using state = revocation::state;
using partitions = std::vector<topic_partition>;

namespace {

constexpr time_point start{1h};

topic_partition tp(partition_t p) {
  return {"t", p};
}

std::set<topic_partition> all(std::initializer_list<partition_t> ps) {
  std::set<topic_partition> result;
  for (auto p : ps)
    result.insert(tp(p));
  return result;
}

/// Both partitions are drained, and their last commit has left under id 7.
revocation awaiting() {
  revocation result;
  result.revoke({1}, {tp(0), tp(1)}, start, start + 10s);
  result.drained(tp(0), start);
  result.drained(tp(1), start);
  result.commit_sent(7);
  return result;
}

} // namespace

TEST_CASE("what is revoked drains, is fenced one by one, and is committed") {
  revocation uut;
  CHECK_FALSE(uut.next());
  auto x = uut.revoke({1}, {tp(0), tp(1)}, start, start + 10s);
  CHECK(x.drain == partitions{tp(0), tp(1)});
  CHECK(x.drain_until == start + 10s);
  CHECK_FALSE(x.commit);
  CHECK(uut.at() == state::draining);
  CHECK(uut.next() == start + 10s);
  x = uut.drained(tp(1), start + 1s);
  CHECK(x.fence == partitions{tp(1)});
  CHECK_FALSE(x.commit);
  x = uut.drained(tp(0), start + 2s);
  CHECK(x.fence == partitions{tp(0)});
  CHECK(x.commit == all({0, 1}));
  CHECK(uut.at() == state::committing);
  CHECK(uut.next() == start + 2s + revoke_commit_limit);
  uut.commit_sent(7);
  CHECK(uut.at() == state::awaiting);
  x = uut.commit_answered(7, {}, start + 3s);
  REQUIRE(x.done);
  CHECK(x.done->give_back == partitions{tp(0), tp(1)});
  CHECK(x.done->answer.value == 1);
  CHECK(uut.at() == state::idle);
  CHECK_FALSE(uut.next());
}

TEST_CASE("a revocation of nothing is over when nothing is to be committed") {
  revocation uut;
  auto x = uut.revoke({3}, {}, start, start + 10s);
  CHECK(x.commit == all({}));
  x = uut.nothing_to_commit();
  REQUIRE(x.done);
  CHECK(x.done->give_back.empty());
  CHECK(x.done->answer.value == 3);
}

TEST_CASE("a drain that is out of time is told and fenced") {
  revocation uut;
  uut.revoke({1}, {tp(0), tp(1)}, start, start + 10s);
  uut.drained(tp(0), start);
  auto x = uut.look(start + 9s);
  CHECK(x.fence.empty());
  x = uut.look(start + 10s);
  CHECK(x.expired == partitions{tp(1)});
  CHECK(x.fence == partitions{tp(1)});
  CHECK(x.commit == all({0, 1}));
  CHECK(uut.drained(tp(1), start + 11s).fence.empty()); // it was before
}

TEST_CASE("a last commit waits for the one in flight") {
  revocation uut;
  uut.revoke({1}, {tp(0)}, start, start + 10s);
  REQUIRE(uut.drained(tp(0), start).commit);
  auto x = uut.commit_answered(6, {tp(0)}, start + 1s); // of the other one
  CHECK(x.commit == all({0}));
  CHECK(uut.at() == state::committing);
}

TEST_CASE("an answer to another commit is none to the last one") {
  auto uut = awaiting();
  auto x = uut.commit_answered(6, {}, start);
  CHECK_FALSE(x.done);
  CHECK(uut.at() == state::awaiting);
}

TEST_CASE("what was refused for now is committed again, and that alone") {
  auto uut = awaiting();
  auto x = uut.commit_answered(7, {tp(1), tp(5)}, start + 1s);
  CHECK_FALSE(x.done);
  CHECK(uut.at() == state::retrying);
  CHECK(uut.next() == start + 1s + revoke_commit_retry);
  CHECK_FALSE(uut.look(start + 1s).commit);
  x = uut.look(start + 1s + revoke_commit_retry);
  CHECK(x.commit == all({1}));
  CHECK(uut.at() == state::committing);
  uut.commit_sent(8);
  CHECK(uut.commit_answered(8, {}, start + 2s).done);
}

TEST_CASE("a last commit that is not accepted in time is told and given up") {
  auto uut = awaiting();
  if (GENERATE(true, false))
    uut.commit_answered(7, {tp(0), tp(1)}, start + 4800ms);
  CHECK_FALSE(uut.look(start + 4s).done);
  auto x = uut.look(start + revoke_commit_limit);
  CHECK(x.uncommitted == partitions{tp(0), tp(1)});
  REQUIRE(x.done);
  CHECK(x.done->give_back.size() == 2);
  CHECK(uut.at() == state::idle);
}

TEST_CASE("a newer revocation commits its own beside the older one's, and only "
          "it is answered") {
  auto uut = awaiting();
  auto x = uut.revoke({2}, {tp(1), tp(2)}, start + 1s, start + 11s);
  CHECK(x.drain == partitions{tp(2)}); // 1 is fenced
  CHECK(uut.at() == state::draining);
  CHECK_FALSE(uut.commit_answered(7, {}, start + 2s).done); // it was overtaken
  x = uut.drained(tp(2), start + 3s);
  CHECK(x.commit == all({0, 1, 2}));
  CHECK(uut.next() == start + 3s + revoke_commit_limit);
  uut.commit_sent(8);
  x = uut.commit_answered(8, {}, start + 4s);
  REQUIRE(x.done);
  CHECK(x.done->answer.value == 2);
  CHECK(x.done->give_back.size() == 3);
}

TEST_CASE("a drain that runs is shortened and never prolonged") {
  revocation uut;
  uut.revoke({1}, {tp(0)}, start, start + 10s);
  CHECK(uut.revoke({2}, {tp(0)}, start, start + 20s).drain.empty());
  CHECK(uut.next() == start + 10s);
  auto x = uut.revoke({3}, {tp(0)}, start, start + 5s);
  CHECK(x.drain == partitions{tp(0)});
  CHECK(uut.next() == start + 5s);
}

TEST_CASE("what is lost is neither waited for nor committed") {
  revocation uut;
  uut.revoke({1}, {tp(0), tp(1)}, start, start + 10s);
  SECTION("one that drains: the others go on") {
    auto x = uut.lose({2}, {tp(0)}, start);
    CHECK_FALSE(x.commit);
    x = uut.drained(tp(1), start);
    CHECK(x.commit == all({1}));
  }
  SECTION("the last that drains: the commit follows") {
    uut.drained(tp(0), start);
    CHECK(uut.lose({2}, {tp(1)}, start).commit == all({0}));
  }
  SECTION("all: it is over, and answered for the loss") {
    auto x = uut.lose({2}, {tp(0), tp(1)}, start);
    REQUIRE(x.done);
    CHECK(x.done->give_back.empty());
    CHECK(x.done->answer.value == 2);
  }
  SECTION("while it is refused for now: only the rest is sent again") {
    uut.drained(tp(0), start);
    uut.drained(tp(1), start);
    uut.commit_sent(7);
    uut.commit_answered(7, {tp(0), tp(1)}, start);
    uut.lose({2}, {tp(0)}, start);
    CHECK(uut.look(start + revoke_commit_retry).commit == all({1}));
  }
}

TEST_CASE("a revocation may be joined by another at any time, and ends when "
          "all is lost") {
  auto at = GENERATE(state::draining, state::committing, state::awaiting,
                     state::retrying);
  revocation uut;
  uut.revoke({1}, {tp(0)}, start, start + 10s);
  if (at != state::draining)
    uut.drained(tp(0), start);
  if (at == state::awaiting || at == state::retrying)
    uut.commit_sent(7);
  if (at == state::retrying)
    uut.commit_answered(7, {tp(0)}, start);
  REQUIRE(uut.at() == at);
  SECTION("another one") {
    auto x = uut.revoke({2}, {tp(1)}, start, start + 10s);
    CHECK(uut.at() == state::draining);
    CHECK(x.drain == partitions{tp(1)});
    if (at == state::draining)
      uut.drained(tp(0), start);
    CHECK(uut.drained(tp(1), start).commit == all({0, 1}));
  }
  SECTION("a loss") {
    auto x = uut.lose({2}, {tp(0)}, start);
    REQUIRE(x.done);
    CHECK(x.done->give_back.empty());
    CHECK(uut.at() == state::idle);
  }
}
