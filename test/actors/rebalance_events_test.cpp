// What tells the whole of a rebalance.

#include "support/scripted_group.hpp"

using namespace cafka;
using namespace cafka::test;

namespace {

using kinds = std::vector<event_kind>;
using counts = std::vector<std::uint64_t>;

/// The kinds of all events, in their order.
kinds order_of(const scripted_group& g) {
  kinds result;
  for (auto& x : g.events)
    result.push_back(x.kind);
  return result;
}

counts counts_of(const scripted_group& g, event_kind kind) {
  counts result;
  for (auto& x : g.events_of(kind))
    result.push_back(x.count);
  return result;
}

} // namespace

TEST_CASE("an assignment is told whole before anything happens to it") {
  using enum event_kind;
  scripted_group g;
  g.append(0, 1);
  g.append(1, 1);
  g.start_manager();
  g.assign({0, 1});
  g.settle();
  auto order = order_of(g);
  order.resize(4);
  CHECK(order
        == kinds{assigned, assigned, assignment_complete, worker_started});
  CHECK(counts_of(g, assignment_complete) == counts{2});
}

TEST_CASE("an assignment that gives nothing is told, too") {
  scripted_group g;
  g.start_manager();
  g.assign({});
  g.settle();
  g.assign({0});
  g.settle();
  actors::assignments_received again{"g", {++g.rebalance.value}, {}};
  again.partitions.push_back({tp(0), {99}, 0, 0, nullptr});
  g.send_to_manager(again); // it is held already
  g.settle();
  CHECK(counts_of(g, event_kind::assignment_complete) == counts{0, 1, 0});
}

TEST_CASE("a revocation is told whole, behind the commit of what was acked") {
  using enum event_kind;
  scripted_group g;
  g.append(0, 1);
  g.start_manager();
  g.assign({0, 1, 2});
  g.settle();
  g.events.clear();
  g.revoke({0, 1});
  g.settle();
  CHECK(
    order_of(g)
    == kinds{commit_sent, committed, revoked, revoked, revocation_complete});
  CHECK(counts_of(g, revocation_complete) == counts{2});
}

TEST_CASE("a loss is told whole") {
  using enum event_kind;
  scripted_group g;
  g.start_manager();
  g.assign({0, 1});
  g.settle();
  g.events.clear();
  g.lose({0, 1});
  g.settle();
  CHECK(order_of(g) == kinds{lost, lost, revocation_complete});
  CHECK(counts_of(g, revocation_complete) == counts{2});
}

TEST_CASE("a loss during a revocation is told apart from it") {
  using enum event_kind;
  scripted_group g;
  g.coordinator.answers_commits = false;
  g.append(0, 1);
  g.append(1, 1);
  g.start_manager();
  g.assign({0, 1});
  g.settle();
  g.events.clear();
  g.revoke({0, 1});
  g.settle();
  g.lose({0});
  g.settle();
  CHECK(counts_of(g, revocation_complete) == counts{1});
  g.answer_commit();
  g.settle();
  CHECK(counts_of(g, revocation_complete) == counts{1, 1});
}

TEST_CASE("a stop takes everything and tells it whole") {
  using enum event_kind;
  scripted_group g;
  g.start_manager();
  g.assign({0, 1});
  g.settle();
  g.stop();
  g.settle();
  CHECK(counts_of(g, revocation_complete) == counts{2});
}
