// What commits tell of the acks above them, and what becomes of it at the next
// assignment.

#include "support/scripted_group.hpp"

#include "core/committed_map.hpp"

using namespace cafka;
using namespace cafka::test;

namespace {

using ranges = std::vector<offset_range>;

const kafka::error refused_map{errc::other_client_error, "metadata too large",
                               false, false, true};

/// A group whose handler keeps its records; `n` are delivered.
struct keeping_group : scripted_group {
  explicit keeping_group(int n, bool has_maps = true) {
    config.offset_map = has_maps;
    config.prefetch_count = 10'000;
    handlers.answer = [](const message_batch&) {
      return handler_answer::no_ack();
    };
    append(0, n);
    start_manager();
  }
  const actors::commit_request::entry& last_entry() const {
    return coordinator.commits.back().entries.at(0);
  }
  /// What the last commit tells to be acked above it.
  ranges told() const {
    auto& x = last_entry();
    return core::read_committed_map(x.offset, x.note, core::log_end{1'000'000})
      .complete.ranges();
  }
};

core::committed_map map_of(offset_t committed, const ranges& xs) {
  core::committed_map result;
  for (auto& x : xs)
    result.complete.insert(x);
  result.metadata = core::map_metadata(committed, result.complete, 4096);
  return result;
}

} // namespace

TEST_CASE("a commit tells what is acked above it, and is due for that alone") {
  keeping_group g{6};
  g.assign({0});
  g.settle();
  g.ack_individual(0, {1, 2, 4});
  g.advance(5s);
  REQUIRE(g.coordinator.commits.size() == 1);
  CHECK(g.last_commit().at(0) == 0);
  CHECK(g.told() == ranges{{1, 3}, {4, 5}});
  g.advance(1min);
  CHECK(g.coordinator.commits.size() == 1); // nothing new
  g.ack_individual(0, {0});
  g.advance(5s);
  CHECK(g.last_commit().at(0) == 3);
  CHECK(g.told() == ranges{{4, 5}});
  g.ack_individual(0, {3});
  g.advance(5s);
  CHECK(g.last_commit().at(0) == 5);
  CHECK(g.last_entry().note == core::commit_note{});
}

TEST_CASE("without offset-map, acks behind a gap make no commit due") {
  keeping_group g{3, false};
  g.assign({0});
  g.settle();
  g.ack_individual(0, {1});
  g.advance(1min);
  CHECK(g.coordinator.commits.empty());
  g.ack_individual(0, {0});
  g.advance(5s);
  CHECK(g.last_commit().at(0) == 2);
  CHECK(g.last_entry().note == core::commit_note{});
}

TEST_CASE("what a commit told to be acked does not come again") {
  keeping_group g{8};
  g.assign_with(0, 2, map_of(2, {{3, 5}, {7, 8}}));
  g.settle();
  CHECK(g.handlers.offsets() == offsets{2, 5, 6});
  g.ack_individual(0, {2, 5, 6});
  g.settle();
  CHECK(g.status(0).watermark == 8);
  g.advance(5s);
  CHECK(g.last_commit().at(0) == 8);
}

TEST_CASE("a commit of a revoked partition tells its map, so that a planned "
          "hand-over redelivers nothing") {
  keeping_group g{8};
  g.assign({0});
  g.settle();
  g.ack_individual(0, {0, 2, 3, 7});
  g.revoke({0});
  g.advance(10s);
  REQUIRE(g.coordinator.commits.size() == 1);
  CHECK(g.last_commit().at(0) == 1);
  CHECK(g.told() == ranges{{2, 4}, {7, 8}});
  g.handlers.calls.clear();
  g.assign_with(0, 1, map_of(1, g.told()));
  g.settle();
  CHECK(g.handlers.offsets() == offsets{1, 4, 5, 6});
}

TEST_CASE("a map that the broker has is not committed once more") {
  keeping_group g{4};
  g.assign_with(0, 0, map_of(0, {{2, 3}}));
  g.settle();
  g.revoke({0});
  g.advance(1min);
  CHECK(g.coordinator.commits.empty());
}

TEST_CASE("adopted acks outlast a restart of the worker") {
  keeping_group g{6};
  g.assign_with(0, 0, map_of(0, {{1, 3}}));
  g.settle();
  g.handlers.calls.clear();
  g.kill_worker(0);
  g.advance(1s);
  CHECK(g.handlers.offsets() == offsets{0, 3, 4, 5});
}

TEST_CASE("a new position and a moved one have no map") {
  keeping_group g{9};
  g.coordinator.find_position = [](const actors::position_request&) {
    return core::position_facts{offset_range{0, 9}, {}, {}};
  };
  g.assign({0});
  g.settle();
  g.ack_individual(0, {4});
  g.intend(
    move_partition{"t", 0, {target_position::kind::offset, 2}, "me", "test"});
  g.advance(1min);
  CHECK(g.last_commit().at(0) == 2);
  CHECK(g.last_entry().note == core::commit_note{});
}

TEST_CASE("metadata beside a commit that are no map are told, and no error") {
  keeping_group g{2};
  core::committed_map foreign;
  foreign.ignored = "is somebody's";
  g.assign_with(0, 0, foreign);
  g.settle();
  auto& told = g.last(event_kind::foreign_offset_metadata);
  CHECK(told.tp == tp(0));
  CHECK(told.text == "is somebody's");
  CHECK(g.count(event_kind::foreign_offset_metadata) == 1);
  CHECK(g.handlers.offsets() == offsets{0, 1});
}

TEST_CASE("metadata that a broker refuses become half, then none, at once and "
          "with one event") {
  keeping_group g{2'000};
  g.coordinator.answers_commits = false;
  g.assign({0});
  g.settle();
  offsets odd{0};
  for (offset_t x = 1; x < 2'000; x += 1 + x % 3)
    odd.push_back(x);
  g.ack_individual(0, odd);
  g.advance(5s);
  auto whole = g.last_entry().note.metadata.size();
  CHECK(whole > 100);
  g.answer_commit(refused_map);
  g.settle();
  REQUIRE(g.coordinator.commits.size() == 2);
  CHECK(g.last_entry().note.metadata.size() <= 2'048);
  g.answer_commit(refused_map);
  g.settle();
  REQUIRE(g.coordinator.commits.size() == 3);
  CHECK(g.last_entry().note.metadata.empty());
  CHECK(g.count(event_kind::offset_map_refused) == 1);
  CHECK(g.count(event_kind::commit_failed) == 0);
}

TEST_CASE("a last commit that is refused for its metadata is sent with less") {
  keeping_group g{4};
  g.coordinator.answers_commits = false;
  g.assign({0});
  g.settle();
  g.ack_individual(0, {0, 2});
  g.revoke({0});
  g.advance(10s);
  REQUIRE(g.coordinator.commits.size() == 1);
  for (std::size_t i = 2; i <= 3; ++i) {
    g.answer_commit(refused_map);
    g.advance(1s);
    REQUIRE(g.coordinator.commits.size() == i);
  }
  CHECK(g.last_commit().at(0) == 1);
  CHECK(g.last_entry().note.metadata.empty());
}
