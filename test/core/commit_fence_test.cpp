#include "core/commit_fence.hpp"

#include "support/catch.hpp"

#include <vector>

using namespace cafka;
using core::commit_fence;
using core::commit_request;
using refusal = core::commit_fence::refusal;
using state = core::commit_fence::state;

namespace {

topic_partition tp(partition_t p) {
  return {"t", p};
}

commit_request::entry entry(partition_t p, std::uint64_t g, offset_t offset) {
  return {tp(p), {g}, offset};
}

/// Holds partitions 0 and 1 in generation 1.
commit_fence of_two() {
  commit_fence result;
  result.take(tp(0), {1});
  result.take(tp(1), {1});
  return result;
}

std::vector<refusal> reasons(const std::optional<commit_fence::answer>& x) {
  std::vector<refusal> result;
  if (x)
    for (auto& y : x->entries)
      result.push_back(y.why);
  return result;
}

} // namespace

TEST_CASE("a commit waits until its member is settled, and leaves once") {
  auto uut = of_two();
  CHECK_FALSE(uut.on_request({7, {entry(0, 1, 5)}}));
  CHECK(uut.at() == state::parked);
  CHECK_FALSE(uut.send_if(false));
  CHECK(uut.is_parked());
  auto sent = uut.send_if(true);
  REQUIRE(sent);
  CHECK(sent->id == 7);
  CHECK(sent->entries == std::vector{entry(0, 1, 5)});
  CHECK(uut.at() == state::sent);
  CHECK_FALSE(uut.send_if(true));
  CHECK(reasons(uut.on_answered(7)) == std::vector{refusal::none});
  CHECK(uut.at() == state::idle);
}

TEST_CASE("a request of which nothing is held is refused and leaves nothing") {
  auto uut = of_two();
  auto refused = uut.on_request({1, {entry(0, 2, 5), entry(2, 1, 5)}});
  CHECK(reasons(refused) == std::vector(2, refusal::fenced));
  CHECK(uut.at() == state::idle);
  CHECK_FALSE(uut.send_if(true));
}

TEST_CASE("what is stale in a request is answered with the rest of it") {
  auto uut = of_two();
  CHECK_FALSE(uut.on_request({3, {entry(0, 1, 5), entry(1, 9, 6)}}));
  auto sent = uut.send_if(true);
  REQUIRE(sent);
  CHECK(sent->entries == std::vector{entry(0, 1, 5)});
  auto answer = uut.on_answered(3);
  REQUIRE(answer);
  CHECK(answer->id == 3);
  CHECK(reasons(answer) == std::vector{refusal::none, refusal::fenced});
  CHECK(answer->entries[1].what == entry(1, 9, 6));
}

TEST_CASE("one request is on its way at a time") {
  auto uut = of_two();
  CHECK_FALSE(uut.on_request({1, {entry(0, 1, 5)}}));
  CHECK(reasons(uut.on_request({2, {entry(1, 1, 6)}}))
        == std::vector{refusal::busy});
  CHECK(uut.send_if(true)->id == 1);
  CHECK(reasons(uut.on_request({3, {entry(1, 1, 6)}}))
        == std::vector{refusal::busy});
  CHECK(uut.on_answered(1));
  CHECK_FALSE(uut.on_request({4, {entry(1, 1, 6)}}));
}

TEST_CASE("an answer to another request, or to none that left, is not ours") {
  auto uut = of_two();
  CHECK_FALSE(uut.on_answered(1));
  CHECK_FALSE(uut.on_request({2, {entry(0, 1, 5)}}));
  CHECK_FALSE(uut.on_answered(2)); // it did not leave
  CHECK(uut.send_if(true));
  CHECK_FALSE(uut.on_answered(1));
  CHECK(uut.at() == state::sent);
}

TEST_CASE("only a commit on its way calls for another client") {
  auto uut = of_two();
  CHECK_FALSE(uut.must_replace_client());
  CHECK_FALSE(uut.on_request({1, {entry(0, 1, 5)}}));
  CHECK_FALSE(uut.must_replace_client());
  CHECK(reasons(uut.abort(refusal::lost)) == std::vector{refusal::lost});
  CHECK_FALSE(uut.on_request({2, {entry(0, 1, 5), entry(1, 3, 5)}}));
  CHECK(uut.send_if(true));
  CHECK(uut.must_replace_client());
  CHECK(reasons(uut.abort(refusal::ended))
        == std::vector{refusal::ended, refusal::fenced});
  CHECK(uut.at() == state::idle);
  CHECK_FALSE(uut.abort(refusal::ended));
}

TEST_CASE("what is given back or held in a newer generation is fenced") {
  auto uut = of_two();
  uut.release({tp(0), tp(5)});
  CHECK_FALSE(uut.held_in(tp(0)));
  CHECK(uut.held() == std::vector{tp(1)});
  CHECK(reasons(uut.on_request({1, {entry(0, 1, 5)}}))
        == std::vector{refusal::fenced});
  uut.take(tp(1), {2});
  CHECK(uut.holds(tp(1), {2}));
  CHECK(reasons(uut.on_request({2, {entry(1, 1, 5)}}))
        == std::vector{refusal::fenced});
}
