// Partitions that operators move to another position: the commit first, the
// seek behind its confirmation, all in a new generation.

#include "support/scripted_group.hpp"

using namespace cafka;
using namespace cafka::test;

namespace {

using kind = target_position::kind;
using answer = std::shared_ptr<std::optional<operation_reply>>;

move_partition move_to(offset_t offset) {
  return {"t", 0, {kind::offset, offset}, "ann", "replay"};
}

kafka::error refused_commit() {
  return {errc::authorization, "no right to commit"};
}

/// Ten records are handled and committed.
struct settled_group : scripted_group {
  settled_group() {
    append(0, 10);
  }
  void start() {
    start_manager();
    assign({0});
    settle();
    advance(6s);
    REQUIRE(status(0).committed == 10);
    first = gen(0);
  }
  /// Up to the commit, which nobody answers.
  answer begin_move(offset_t to) {
    coordinator.answers_commits = false;
    return intend(move_to(to));
  }
  generation first;
};

using committed_to = std::map<partition_t, offset_t>;

} // namespace

TEST_CASE("a partition is moved backwards and forwards: the commit first, and "
          "the seek when it is confirmed") {
  auto to = GENERATE(0, 3, 10);
  settled_group g;
  g.start();
  auto reply = g.begin_move(to);
  CHECK(g.last_commit() == committed_to{{0, to}});
  CHECK(g.coordinator.seeks.empty());
  CHECK_FALSE(reply->has_value());
  g.append(0, 1); // nothing is read meanwhile
  g.settle();
  CHECK(g.handlers.offsets().size() == 10);
  g.answer_commit();
  g.settle();
  CHECK(result_of(reply) == operation_result::done);
  CHECK((*reply)->offset == to);
  REQUIRE(g.coordinator.seeks.size() == 1);
  CHECK(g.coordinator.seeks[0].offset == to);
  auto& moved = g.last(event_kind::moved);
  CHECK(moved.who == "ann");
  CHECK(moved.offset == to);
  CHECK(moved.generation > g.first);
  CHECK(g.status(0).generation == moved.generation);
  CHECK(g.handlers.calls.back().offsets.front() == to);
  CHECK(g.handlers.offsets().back() == 10);
  CHECK(g.status(0).watermark == 11);
  CHECK(g.handlers.log[3] == "closed 0 reset");
}

TEST_CASE("a move whose commit the broker refuses goes on from the watermark, "
          "in a new generation") {
  settled_group g;
  g.start();
  auto reply = g.begin_move(3);
  g.append(0, 1);
  g.answer_commit(refused_commit());
  g.coordinator.answers_commits = true;
  g.settle();
  CHECK(result_of(reply) == operation_result::not_confirmed);
  CHECK((*reply)->offset == 10);
  CHECK((*reply)->text == "no right to commit; it goes on at offset 10");
  CHECK(g.last(event_kind::move_failed).code == errc::authorization);
  CHECK(g.coordinator.seeks.back().offset == 10);
  CHECK(g.status(0).generation > g.first);
  CHECK(g.handlers.offsets().back() == 10);
  g.advance(6s); // the broker may have counted it
  CHECK(g.last_commit() == committed_to{{0, 11}});
  CHECK(g.status(0).committed == 11);
}

TEST_CASE("what a refused move may have committed is put right at once") {
  settled_group g;
  g.start();
  g.begin_move(3);
  g.answer_commit(refused_commit());
  g.settle();
  CHECK(g.last_commit() == committed_to{{0, 10}});
}

TEST_CASE("acks of before a move are refused behind it") {
  settled_group g;
  g.start();
  g.begin_move(3);
  g.ack(0, g.first, 9);
  g.settle();
  CHECK(g.last(event_kind::ack_refused).text == "stale_generation");
  g.answer_commit();
  g.settle();
  g.ack(0, g.first, 9);
  g.settle();
  CHECK(g.last(event_kind::ack_refused).text == "stale_generation");
}

TEST_CASE("a move drains: the call that runs counts, and no other begins") {
  scripted_group g;
  g.config.batch_size = 1;
  g.append(0, 3);
  answer reply;
  g.handlers.during_call = [&] {
    reply = g.post_intent(move_to(2));
    CHECK(g.status(0).state == partition_state::draining);
    CHECK(g.coordinator.commits.empty());
  };
  g.start_manager();
  g.assign({0});
  g.settle();
  CHECK(result_of(reply) == operation_result::done);
  CHECK(g.last(event_kind::moved).text == "from offset 1, move to 2: replay");
  CHECK(g.handlers.offsets() == offsets{0, 2});
  CHECK(g.count(event_kind::drain_expired) == 0);
}

TEST_CASE("a move waits for a call no longer than drain-timeout, and its next "
          "call begins behind that one") {
  scripted_group g;
  g.append(0, 3);
  answer reply;
  g.handlers.during_call = [&] {
    reply = g.post_intent(move_to(2));
    g.actors.advance(g.config.drain_timeout - 1ms, [&] { g.actors.run(); });
    CHECK_FALSE(reply->has_value());
    g.actors.advance(1ms, [&] { g.actors.run(); });
    CHECK(result_of(reply) == operation_result::done);
    CHECK(g.count(event_kind::drain_expired) == 1);
    CHECK(g.handlers.calls.size() == 1);
  };
  g.start_manager();
  g.assign({0});
  g.settle();
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 2});
  CHECK(g.status(0).watermark == 3);
}

TEST_CASE("what is retained is dropped by a move") {
  scripted_group g;
  g.handlers.answer = [](const message_batch&) {
    return handler_answer::no_ack();
  };
  g.append(0, 5);
  g.start_manager();
  g.assign({0});
  g.settle();
  auto reply = g.intend(move_to(4));
  CHECK_FALSE(reply->has_value()); // for the acks that the handler owes
  g.advance(g.config.drain_timeout);
  CHECK(result_of(reply) == operation_result::done);
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 3, 4, 4});
  CHECK(g.status(0).window_records == 1);
}

TEST_CASE("a position that the broker does not have moves nothing") {
  settled_group g;
  g.start();
  auto reply = g.intend(move_to(11));
  CHECK(result_of(reply) == operation_result::out_of_range);
  CHECK((*reply)->text == "offset 11: the broker has 0 to 10");
  CHECK(g.status(0).generation == g.first);
  CHECK(g.status(0).state == partition_state::running);
  g.coordinator.find_position = [](const actors::position_request&) {
    return core::position_facts{{}, {}, "no leader"};
  };
  CHECK(result_of(g.intend(move_to(1))) == operation_result::position_unknown);
  CHECK(result_of(g.intend(move_to(-1))) == operation_result::invalid);
  g.append(0, 1);
  g.settle();
  CHECK(g.handlers.offsets().back() == 10);
}

TEST_CASE("a partition goes on while its new position is looked up") {
  settled_group g;
  g.start();
  g.coordinator.answers_positions = false;
  auto reply = g.intend(move_to(1));
  g.append(0, 1);
  g.settle();
  CHECK(g.handlers.offsets().back() == 10);
  CHECK(result_of(g.intend(move_to(2))) == operation_result::busy);
  CHECK_FALSE(reply->has_value());
  g.lose({0});
  g.settle();
  CHECK(result_of(reply) == operation_result::given_back);
}

TEST_CASE("a partition is moved to the first record of a time, or to an end") {
  auto [to, expected] = GENERATE(table<target_position, offset_t>({
    {{kind::time, 1'000}, 6},
    {{kind::earliest, 0}, 0},
    {{kind::latest, 0}, 10},
  }));
  settled_group g;
  g.start();
  g.coordinator.find_position = [&](const actors::position_request& x) {
    auto at = x.time_ms == 1'000 ? std::optional<offset_t>{6} : std::nullopt;
    return core::position_facts{offset_range{0, 10}, at, {}};
  };
  auto reply = g.intend(move_partition{"t", 0, to, "ann", "replay"});
  CHECK(result_of(reply) == operation_result::done);
  CHECK((*reply)->offset == expected);
}

TEST_CASE("the commit of a move waits for the one that is in flight") {
  settled_group g;
  g.start();
  g.coordinator.answers_commits = false;
  g.append(0, 1);
  g.advance(6s);
  REQUIRE(g.last_commit() == committed_to{{0, 11}});
  auto commits = g.coordinator.commits.size();
  auto reply = g.intend(move_to(3));
  CHECK(g.coordinator.commits.size() == commits);
  g.answer_commit(); // of the former generation
  g.settle();
  CHECK_FALSE(reply->has_value());
  REQUIRE(g.coordinator.commits.size() == commits + 1);
  CHECK(g.last_commit() == committed_to{{0, 3}});
  CHECK(g.coordinator.commits.back().entries[0].generation > g.first);
  g.answer_commit();
  g.settle();
  CHECK(result_of(reply) == operation_result::done);
}

TEST_CASE("an answer to another commit confirms no move") {
  settled_group g;
  g.start();
  auto reply = g.begin_move(3);
  auto stale = answer_to(g.coordinator.commits.back());
  --stale.id;
  auto dropped = g.status().stale_dropped;
  g.send_to_manager(stale);
  g.settle();
  CHECK_FALSE(reply->has_value());
  CHECK(g.coordinator.seeks.empty());
  CHECK(g.status().stale_dropped == dropped + 1);
  g.answer_commit();
  g.settle();
  CHECK(result_of(reply) == operation_result::done);
}

TEST_CASE("a move to where the group has committed already is confirmed, too") {
  settled_group g;
  g.start();
  CHECK(result_of(g.intend(move_to(10))) == operation_result::done);
}

TEST_CASE("a partition that is taken before its commit is not moved") {
  auto lost = GENERATE(false, true);
  settled_group g;
  g.start();
  g.coordinator.answers_positions = false;
  auto reply = g.intend(move_to(3));
  lost ? g.lose({0}) : g.revoke({0});
  g.settle();
  CHECK(result_of(reply) == operation_result::given_back);
  CHECK(g.last_commit() == committed_to{{0, 10}});
}

TEST_CASE("a partition that is given back while its move commits is committed "
          "to the new position") {
  settled_group g;
  g.start();
  auto reply = g.begin_move(3);
  g.revoke({0});
  g.settle();
  CHECK(g.coordinator.done.empty());
  g.answer_commit();
  g.settle();
  CHECK(result_of(reply) == operation_result::done);
  CHECK(g.last_commit() == committed_to{{0, 3}});
  CHECK(g.coordinator.done.size() == 1);
  CHECK(g.last(event_kind::revoked).offset == 3);
  CHECK(g.coordinator.seeks.empty());
}

TEST_CASE("a partition that is lost while its move commits is not moved") {
  settled_group g;
  g.start();
  auto reply = g.begin_move(3);
  g.lose({0});
  g.settle();
  CHECK(result_of(reply) == operation_result::given_back);
  CHECK(g.coordinator.seeks.empty());
}

TEST_CASE("a moved partition stays paused") {
  settled_group g;
  g.start();
  g.intend(pause_partitions{"t", 0, "ann", "look"});
  CHECK(result_of(g.intend(move_to(3))) == operation_result::done);
  g.advance(1min);
  CHECK(g.handlers.offsets().size() == 10);
  CHECK(g.status(0).watermark == 3);
  CHECK(g.status(0).paused);
  g.intend(resume_partitions{"t", 0, "ann", "done"});
  CHECK(g.handlers.calls.back().offsets.front() == 3);
}

TEST_CASE("a failing or stopped partition is moved past its record") {
  scripted_group g;
  g.config.on_failure.retries = 0;
  g.config.on_failure.then = {failure_step::stop_partition};
  g.handlers.answer = [](const message_batch& x) {
    return x.first_offset() == 0 ? handler_answer::failed_at(0, "poison")
                                 : handler_answer::ack();
  };
  g.append(0, 3);
  g.start_manager();
  g.assign({0});
  g.settle();
  REQUIRE(g.status(0).state == partition_state::exhausted);
  CHECK(result_of(g.intend(move_to(1))) == operation_result::done);
  CHECK(g.status(0).watermark == 3);
  CHECK(g.status(0).failing_offset == -1);
  CHECK(g.status(0).healthy);
}

TEST_CASE("a move that is asked for is told, with who and why") {
  settled_group g;
  g.start();
  g.intend(move_to(3));
  auto& asked = g.last(event_kind::move_asked);
  CHECK(asked.who == "ann");
  CHECK(asked.text == "move to 3: replay");
  CHECK(asked.offset == 10);
  CHECK(asked.generation == g.first);
}
