// The coordinator on a scripted client: what it asks, what leaves, and what a
// late event does. Its neighbour, the manager, only listens.

#include "actors/group_coordinator/group_coordinator.hpp"
#include "executor/thread_pool.hpp"

#include "support/actor_fixture.hpp"
#include "support/catch.hpp"
#include "support/manual_executor.hpp"
#include "support/scripted_client.hpp"

#include <deque>
#include <string>
#include <utility>
#include <vector>

using namespace cafka;
using namespace cafka::actors;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

/// What the manager heard.
struct heard {
  std::deque<assignments_received> assigned;
  std::deque<assignments_revoked> revoked;
  std::deque<commit_result> commits;
  std::deque<seek_done> seeks;
  std::deque<ends_result> ends;
  std::deque<range_result> ranges;
  std::deque<position_result> positions;
  std::deque<client_failure> failures;
  std::deque<member_waiting> waits;
  std::vector<pong::actor> pongs;
  int recovered = 0;
};

class listening_manager {
public:
  static constexpr const char* name = "test.manager";
  using base = manager_actor::base;

  listening_manager(base* self, heard* x) : x_(x) {
    compat::ignore_error_messages(self);
  }

  manager_actor::behavior_type make_behavior() {
    return {
      [](const ack&) {},
      [](const ack_individual&) {},
      [](const std::string&, partition_t, generation, offset_t) {},
      [](const std::string&, partition_t, generation,
         const std::vector<offset_t>&) {},
      [](const ack_request&) { return ack_reply{}; },
      [](const get_committed_offsets&) { return committed_offsets{}; },
      [](get_status) { return group_status{}; },
      [](const subscribe_events&) {},
      [](stop_group) {},
      [](const nack&) {},
      [](const nack_request&) { return ack_reply{}; },
      [](const pause_partitions&) { return operation_reply{}; },
      [](const resume_partitions&) { return operation_reply{}; },
      [](const restart_worker&) { return operation_reply{}; },
      [](const dispose_record&) { return operation_reply{}; },
      [](const move_partition&) { return operation_reply{}; },
      [](const get_record&) { return record_excerpt{}; },
      [](buffer_filled) {},
      [](doze_over) {},
      [this](const assignments_received& x) { x_->assigned.push_back(x); },
      [this](const assignments_revoked& x) { x_->revoked.push_back(x); },
      [this](const commit_result& x) { x_->commits.push_back(x); },
      [this](const seek_done& x) { x_->seeks.push_back(x); },
      [this](const ends_result& x) { x_->ends.push_back(x); },
      [this](const range_result& x) { x_->ranges.push_back(x); },
      [this](const position_result& x) { x_->positions.push_back(x); },
      [this](const client_failure& x) { x_->failures.push_back(x); },
      [this](client_recovered) { ++x_->recovered; },
      [this](const member_waiting& x) { x_->waits.push_back(x); },
      [](const write_report&) {},
      [](const letter_topics_checked&) {},
      [this](const pong& x) { x_->pongs.push_back(x.from); },
      [](const event&) {},
      [](watch_due) {},
      [](const backoff_elapsed&) {},
      [](const redelivery_due&) {},
      [](const ask_range_again&) {},
    };
  }

private:
  heard* x_;
};

const topic_partition p0{"t", 0};
const topic_partition p1{"t", 1};

struct coordination {
  explicit coordination(begin_offset begin = logical_offset::earliest) {
    options->config.group = "g";
    options->config.topics = {"t"};
    options->config.begin_offset = begin;
    options->log = [this](const log_record& x) { log.push_back(x.text); };
    registry = std::make_shared<partition_registry>(
      [this](auto) { return std::make_unique<manual_executor>(jobs); });
    manager
      = fixture.system()
          .spawn<compat::actor_of<listening_manager, manager_actor::base>>(
            &manager_heard);
    uut
      = fixture.system()
          .spawn<
            compat::actor_of<group_coordinator_state, coordinator_actor::base>>(
            *manager, options, registry, [this] { ++closed; },
            scripted_client::factory(script));
    fixture.run();
  }
  ~coordination() {
    end(caf::exit_reason::kill);
    caf::anon_send_exit(*manager, caf::exit_reason::kill);
    fixture.run();
  }

  template <class T>
  void post(T x) {
    compat::post(*uut, std::move(x));
    fixture.run();
  }
  void tell(kafka::client_event x) {
    script->tell(std::move(x));
    fixture.run();
  }
  void pass(caf::timespan x) {
    fixture.advance(x, [this] { fixture.run(); });
  }
  /// The coordinator ends, and its clients with it.
  void end(caf::exit_reason why) {
    if (auto to = std::exchange(uut, std::nullopt))
      caf::anon_send_exit(*to, why);
    fixture.run();
    for (auto& x : std::exchange(script->ended, {})) {
      last_farewell = x.how;
      x.done({});
    }
    fixture.run();
  }

  /// The group gives these, and committed 5 for each.
  void assign(std::vector<topic_partition> partitions) {
    tell(kafka::assigned{partitions});
    find_committed(partitions);
  }
  void find_committed(const std::vector<topic_partition>& partitions) {
    kafka::committed_found found{script->asked("committed")->token, {}, {}};
    for (auto& tp : partitions)
      found.entries.push_back({tp, 5});
    tell(found);
  }
  generation gen(const topic_partition& tp) const {
    for (auto i = manager_heard.assigned.rbegin();
         i != manager_heard.assigned.rend(); ++i)
      for (auto& x : i->partitions)
        if (x.tp == tp)
          return x.generation;
    return {};
  }
  void commit(std::uint64_t id, const topic_partition& tp, offset_t offset) {
    post(commit_request{id, {{tp, gen(tp), offset}}});
  }

  std::shared_ptr<group_options> options = std::make_shared<group_options>();
  actor_fixture fixture;
  heard manager_heard;
  std::shared_ptr<client_script> script = std::make_shared<client_script>();
  std::vector<std::string> log;
  manual_executor::job_queue jobs;
  std::shared_ptr<partition_registry> registry;
  std::optional<manager_actor> manager;
  std::optional<coordinator_actor> uut;
  int closed = 0;
  kafka::farewell last_farewell = kafka::farewell::leave;
};

} // namespace

// -- joining ------------------------------------------------------------------

TEST_CASE(
  "a coordinator opens its client, subscribes and awaits its partitions") {
  coordination x;
  CHECK(x.script->opened == 1);
  CHECK(x.script->topics == std::vector<std::string>{"t"});
  x.assign({p0, p1});
  REQUIRE(x.manager_heard.assigned.size() == 1);
  auto& told = x.manager_heard.assigned[0];
  CHECK(told.rebalance.value == 1);
  REQUIRE(told.partitions.size() == 2);
  CHECK(told.partitions[0].begin == 5);
  CHECK(told.partitions[0].committed == 5);
  REQUIRE(x.script->assigns.size() == 1);
  CHECK(x.script->assigns[0].size() == 2);
}

TEST_CASE("an empty assignment is taken at once") {
  coordination x;
  x.tell(kafka::assigned{});
  CHECK(x.script->questions.empty());
  CHECK(x.script->assigns.size() == 1);
  CHECK(x.manager_heard.assigned.size() == 1);
}

TEST_CASE("a client that cannot be made ends its coordinator") {
  coordination x;
  x.script->open_fails = {errc::invalid_config, "no such property"};
  x.tell(kafka::forgotten{}); // another client is wanted
  REQUIRE(x.script->ended.size() == 1);
  x.script->ended[0].done({});
  x.fixture.run();
  CHECK(x.closed == 1);
}

// -- look-ups that are overtaken ----------------------------------------------

TEST_CASE("begins of an assignment that was taken back meanwhile are void") {
  coordination x;
  x.tell(kafka::assigned{{p0}});
  auto token = x.script->asked("committed")->token;
  x.tell(kafka::revoked{{p0}, false});
  REQUIRE(x.manager_heard.revoked.size() == 1);
  CHECK(x.manager_heard.revoked[0].partitions.empty()); // it was never told
  x.tell(kafka::committed_found{token, {{p0, 5}}, {}});
  CHECK(x.manager_heard.assigned.empty());
  CHECK(x.script->assigns.empty());
}

TEST_CASE("begins of an older assignment are void, and so are its ends") {
  coordination x{logical_offset::latest};
  x.tell(kafka::assigned{{p0}});
  auto old = x.script->asked("ends")->token;
  x.tell(kafka::assigned{{p1}});
  CHECK(x.script->asked("ends")->token != old);
  x.tell(kafka::ends_found{old, {{p0, 9}}, {}});
  CHECK(x.script->asked("counts")
        == nullptr); // of the new one they are awaited
  x.tell(kafka::ends_found{x.script->asked("ends")->token, {{p1, 4}}, {}});
  REQUIRE(x.script->asked("counts"));
  x.tell(kafka::partitions_counted{
    x.script->asked("counts")->token, {{"t", 2}}, {}});
  x.tell(kafka::committed_found{
    x.script->asked("committed")->token, {{p1, std::nullopt}}, {}});
  REQUIRE(x.manager_heard.assigned.size() == 1);
  CHECK(x.manager_heard.assigned[0].partitions[0].begin == 4);
}

TEST_CASE("counts that come when nothing is looked up are kept") {
  coordination x{begin_offset{offset_t{0}}};
  x.tell(kafka::assigned{{p0}});
  REQUIRE(x.script->asked("counts"));
  auto token = x.script->asked("counts")->token;
  x.tell(kafka::revoked{{p0}, false});
  x.tell(kafka::partitions_counted{token, {{"t", 1}}, {}});
  CHECK(x.registry->has_counted("t"));
  CHECK(x.registry->is_new(p1));
  CHECK(x.script->asked("committed") == nullptr);
}

TEST_CASE("counts of an older assignment are kept, and do not answer for the "
          "newer one") {
  auto fails = GENERATE(false, true);
  coordination x{begin_offset{offset_t{0}}};
  x.tell(kafka::assigned{{p0}});
  REQUIRE(x.script->asked("counts"));
  auto old = x.script->asked("counts")->token;
  x.tell(kafka::assigned{{p1}});
  auto asked = *x.script->asked("counts");
  CHECK(asked.token != old);
  if (fails)
    x.tell(kafka::partitions_counted{old, {}, {errc::timed_out, "late"}});
  else
    x.tell(kafka::partitions_counted{old, {{"t", 2}}, {}});
  CHECK(x.registry->has_counted("t") == !fails);
  CHECK(x.manager_heard.failures.empty());
  CHECK(x.script->asked("committed") == nullptr);
  x.pass(2s);
  CHECK(x.script->questions.size() == 2); // none is asked again
  x.tell(kafka::partitions_counted{asked.token, {{"t", 2}}, {}});
  REQUIRE(x.script->asked("committed"));
  CHECK(x.script->asked("committed")->token == asked.token);
}

TEST_CASE(
  "a question that failed is asked again, each time with more patience") {
  coordination x;
  x.tell(kafka::assigned{{p0}});
  auto first = *x.script->asked("committed");
  x.tell(kafka::committed_found{
    first.token, {}, {errc::timed_out, "no answer in 3 s"}});
  REQUIRE(x.manager_heard.failures.size() == 1);
  CHECK_THAT(x.manager_heard.failures[0].what.text,
             has_text("asking for what the group committed"));
  x.pass(1s);
  CHECK(x.script->questions.size() == 2);
  CHECK(x.script->asked("committed")->timeout == 2 * first.timeout);
  CHECK(x.script->asked("committed")->token == first.token);
}

TEST_CASE(
  "a question is not asked again for an assignment that was taken back") {
  coordination x;
  x.tell(kafka::assigned{{p0}});
  x.tell(kafka::committed_found{
    x.script->asked("committed")->token, {}, {errc::timed_out, "late"}});
  x.tell(kafka::revoked{{p0}, false});
  x.pass(2s);
  CHECK(x.script->questions.size() == 1);
}

// -- what is acked above a commit ---------------------------------------------

TEST_CASE(
  "metadata beside a commit are read when the end of the log is known") {
  coordination x;
  x.options->config.offset_map = true;
  x.tell(kafka::assigned{{p0, p1}});
  core::range_set acked;
  acked.insert({7, 9});
  core::commit_note note{core::map_metadata(5, acked, 100)};
  x.tell(kafka::committed_found{
    x.script->asked("committed")->token, {{p0, 5, note}, {p1, 5}}, {}});
  CHECK(x.manager_heard.assigned.empty());
  auto* asked = x.script->asked("ends");
  REQUIRE(asked);
  CHECK(asked->partitions == std::vector{p0});
  x.tell(kafka::ends_found{asked->token, {{p0, 9}}, {}});
  REQUIRE(x.manager_heard.assigned.size() == 1);
  auto& told = x.manager_heard.assigned[0].partitions;
  REQUIRE(told.size() == 2);
  CHECK(told[0].map.complete.ranges() == acked.ranges());
  CHECK(told[0].map.metadata == note.metadata);
  CHECK(told[1].map.complete.empty());
}

TEST_CASE("a map of acks counts neither beyond the end of the log nor where "
          "nobody tells the end") {
  auto ends = GENERATE(std::map<topic_partition, offset_t>{{p0, 8}},
                       std::map<topic_partition, offset_t>{});
  coordination x;
  x.options->config.offset_map = true;
  x.tell(kafka::assigned{{p0}});
  core::range_set acked;
  acked.insert({7, 9});
  x.tell(kafka::committed_found{x.script->asked("committed")->token,
                                {{p0, 5, {core::map_metadata(5, acked, 100)}}},
                                {}});
  x.tell(kafka::ends_found{x.script->asked("ends")->token, ends, {}});
  REQUIRE(x.manager_heard.assigned.size() == 1);
  auto& told = x.manager_heard.assigned[0].partitions[0];
  CHECK(told.begin == 5);
  CHECK(told.map.complete.empty());
  CHECK_FALSE(told.map.ignored.empty());
}

TEST_CASE("the ends of logs are asked for again where nobody answers") {
  coordination x;
  x.options->config.offset_map = true;
  x.tell(kafka::assigned{{p0}});
  x.tell(kafka::committed_found{
    x.script->asked("committed")->token, {{p0, 5, {"bwAAAAUc"}}}, {}});
  auto token = x.script->asked("ends")->token;
  x.tell(kafka::ends_found{token, {}, {errc::timed_out, "late"}});
  CHECK(x.manager_heard.assigned.empty());
  x.pass(1s);
  CHECK(x.script->questions.size() == 3);
  x.tell(kafka::ends_found{token, {{p0, 20}}, {}});
  CHECK(x.manager_heard.assigned.size() == 1);
}

TEST_CASE("without offset-map nobody asks for more than the commit") {
  coordination x;
  x.options->config.offset_map = false;
  x.tell(kafka::assigned{{p0}});
  x.tell(kafka::committed_found{
    x.script->asked("committed")->token, {{p0, 5, {"bwAAAAUc"}}}, {}});
  REQUIRE(x.manager_heard.assigned.size() == 1);
  CHECK(x.manager_heard.assigned[0].partitions[0].map.complete.empty());
  CHECK(x.manager_heard.assigned[0].partitions[0].map.ignored.empty());
}

TEST_CASE("what is acked above a commit leaves with it, and comes back") {
  coordination x;
  x.assign({p0});
  x.post(commit_request{1, {{p0, x.gen(p0), 8, {"map", 3}}}});
  REQUIRE(x.script->commits.size() == 1);
  CHECK(x.script->commits[0].offsets[0].note == core::commit_note{"map", 3});
  x.tell(kafka::commit_answered{1, {{{p0, 8}, {}}}, {}});
  REQUIRE(x.manager_heard.commits.size() == 1);
  CHECK(x.manager_heard.commits[0].entries[0].metadata == "map");
}

// -- commits ------------------------------------------------------------------

TEST_CASE("a commit leaves for what is held, and its answer comes back") {
  coordination x;
  x.assign({p0});
  x.commit(1, p0, 8);
  REQUIRE(x.script->commits.size() == 1);
  CHECK(x.script->commits[0].token == 1);
  CHECK(x.script->commits[0].offsets[0].offset == 8);
  x.tell(kafka::commit_answered{1, {{{p0, 8}, {}}}, {}});
  REQUIRE(x.manager_heard.commits.size() == 1);
  CHECK(x.manager_heard.commits[0].id == 1);
  CHECK_FALSE(x.manager_heard.commits[0].entries[0].failure);
}

TEST_CASE("a request with stale entries is answered for all of them") {
  coordination x;
  x.assign({p0, p1});
  x.post(commit_request{3, {{p0, x.gen(p0), 6}, {p1, {99}, 7}}});
  REQUIRE(x.script->commits.size() == 1);
  CHECK(x.script->commits[0].offsets.size() == 1);
  x.tell(kafka::commit_answered{3, {{{p0, 6}, {}}}, {}});
  REQUIRE(x.manager_heard.commits.size() == 1);
  auto& entries = x.manager_heard.commits[0].entries;
  REQUIRE(entries.size() == 2);
  CHECK_FALSE(entries[0].failure);
  CHECK(entries[1].tp == p1);
  CHECK(entries[1].failure.code == errc::stale_membership);
}

TEST_CASE("a commit for what is not held, or beside another, leaves nothing") {
  coordination x;
  x.assign({p0});
  x.post(commit_request{1, {{p1, {1}, 6}}});
  CHECK(x.script->commits.empty());
  REQUIRE(x.manager_heard.commits.size() == 1);
  CHECK(x.manager_heard.commits[0].entries[0].failure.code
        == errc::stale_membership);
  x.commit(2, p0, 6);
  x.commit(3, p0, 7); // the answer to 2 has not come
  CHECK(x.script->commits.size() == 1);
  REQUIRE(x.manager_heard.commits.size() == 2);
  CHECK(x.manager_heard.commits[1].id == 3);
}

TEST_CASE("a commit waits while the member joins, and leaves when it has") {
  coordination x;
  x.assign({p0});
  x.tell(kafka::membership{false});
  x.commit(1, p0, 6);
  CHECK(x.script->commits.empty());
  x.tell(kafka::membership{true});
  CHECK(x.script->commits.size() == 1);
}

TEST_CASE("a member that is about to join is noticed before a commit leaves") {
  coordination x;
  x.assign({p0});
  x.script->not_seen_yet = {kafka::membership{false}};
  x.commit(1, p0, 6);
  CHECK(x.script->commits.empty());
}

TEST_CASE("an answer to another commit is no answer") {
  coordination x;
  x.assign({p0});
  x.commit(2, p0, 6);
  x.tell(kafka::commit_answered{1, {{{p0, 6}, {}}}, {}});
  CHECK(x.manager_heard.commits.empty());
  x.tell(kafka::commit_answered{2, {}, {errc::timed_out, "no answer"}});
  REQUIRE(x.manager_heard.commits.size() == 1);
  CHECK(x.manager_heard.commits[0].entries[0].failure.code == errc::timed_out);
}

// -- revocations --------------------------------------------------------------

TEST_CASE("what is revoked is given back when the manager says so, and once") {
  coordination x;
  x.assign({p0, p1});
  x.tell(kafka::revoked{{p0}, false});
  REQUIRE(x.manager_heard.revoked.size() == 1);
  auto id = x.manager_heard.revoked[0].rebalance;
  CHECK_FALSE(x.manager_heard.revoked[0].lost);
  x.post(revocation_done{{id.value - 1}}); // of an older rebalance
  CHECK(x.script->unassigns.empty());
  x.post(revocation_done{id});
  CHECK(x.script->unassigns == std::vector<std::vector<topic_partition>>{{p0}});
  x.post(revocation_done{id});
  CHECK(x.script->unassigns.size() == 1);
  x.commit(1, p0, 6); // in the generation that it had
  CHECK(x.script->commits.empty());
}

TEST_CASE("what is given back is committed although the member joins") {
  coordination x;
  x.assign({p0});
  x.tell(kafka::membership{false});
  x.commit(1, p0, 6);
  x.tell(kafka::revoked{{p0}, false});
  CHECK(x.script->commits.size() == 1);
}

TEST_CASE("two revocations are given back with the newer one") {
  coordination x;
  x.assign({p0, p1});
  x.tell(kafka::revoked{{p0}, false});
  x.tell(kafka::revoked{{p1}, false});
  REQUIRE(x.manager_heard.revoked.size() == 2);
  CHECK(x.manager_heard.revoked[1].partitions.size() == 2);
  x.post(revocation_done{x.manager_heard.revoked[0].rebalance});
  CHECK(x.script->unassigns.empty());
  x.post(revocation_done{x.manager_heard.revoked[1].rebalance});
  REQUIRE(x.script->unassigns.size() == 1);
  CHECK(x.script->unassigns[0].size() == 2);
}

TEST_CASE("a commit that is on its way when partitions go costs the client") {
  coordination x;
  x.assign({p0});
  x.commit(1, p0, 6);
  auto lost = GENERATE(true, false);
  x.tell(kafka::revoked{{p0}, lost});
  if (!lost)
    x.post(revocation_done{x.manager_heard.revoked[0].rebalance});
  CHECK(x.script->opened == 2);
  REQUIRE(x.script->ended.size() == 1);
  CHECK(x.script->ended[0].how == kafka::farewell::none);
  CHECK(x.script->ended[0].was_cut_off);
  REQUIRE(x.manager_heard.commits.size() == 1);
  CHECK(x.manager_heard.commits[0].entries[0].failure.code
        == errc::stale_membership);
  CHECK(x.manager_heard.revoked.back().lost);
  // Its answer does not come any more; if it did, nothing would follow.
  x.tell(kafka::commit_answered{1, {{{p0, 6}, {}}}, {}});
  CHECK(x.manager_heard.commits.size() == 1);
}

TEST_CASE("a commit that waits when partitions are lost never leaves") {
  coordination x;
  x.assign({p0});
  x.tell(kafka::membership{false});
  x.commit(1, p0, 6);
  x.tell(kafka::revoked{{p0}, true});
  CHECK(x.script->opened == 1);
  REQUIRE(x.manager_heard.commits.size() == 1);
  x.tell(kafka::membership{true});
  CHECK(x.script->commits.empty());
}

TEST_CASE("a member that its group forgot begins anew with another client") {
  coordination x;
  x.assign({p0});
  auto before = x.gen(p0);
  x.post(ends_request{{p0}, 4});
  x.tell(kafka::forgotten{});
  CHECK(x.script->opened == 2);
  CHECK(x.manager_heard.revoked.back().lost);
  REQUIRE(x.manager_heard.ends.size() == 1); // the old one will not answer
  CHECK(x.manager_heard.ends[0].id == 4);
  x.assign({p0});
  CHECK(x.gen(p0) > before);
}

// -- questions of the manager -------------------------------------------------

TEST_CASE("a seek for what is not held in that generation is refused") {
  coordination x;
  x.assign({p0});
  x.post(seek_request{p0, x.gen(p0), 1, 9});
  REQUIRE(x.manager_heard.seeks.size() == 1);
  CHECK_FALSE(x.manager_heard.seeks[0].failure);
  CHECK_FALSE(x.script->moves.at(0).repositioned);
  x.post(seek_request{p0, {77}, 1, 9});
  x.post(seek_request{p1, {1}, 1, 9});
  CHECK(x.script->moves.size() == 1);
  REQUIRE(x.manager_heard.seeks.size() == 3);
  CHECK(x.manager_heard.seeks[1].failure.code == errc::stale_membership);
  CHECK(x.manager_heard.seeks[2].failure.code == errc::stale_membership);
}

TEST_CASE("a seek that revives a partition holds it in the new generation") {
  coordination x;
  x.assign({p0});
  auto g = x.registry->raise(p0);
  x.post(seek_request{p0, g, 1, 9, true});
  CHECK(x.script->moves.at(0).repositioned);
  x.post(commit_request{1, {{p0, g, 9}}});
  CHECK(x.script->commits.size() == 1);
}

TEST_CASE("a range is asked for in a generation, and answered for that one") {
  coordination x;
  x.assign({p0});
  x.post(range_request{p0, {77}});
  CHECK(x.script->asked("range") == nullptr);
  x.post(range_request{p0, x.gen(p0)});
  auto asked = *x.script->asked("range");
  x.tell(kafka::range_found{asked.token, p0, {2, 9}, {}});
  REQUIRE(x.manager_heard.ranges.size() == 1);
  CHECK(x.manager_heard.ranges[0].generation == x.gen(p0));
  CHECK(x.manager_heard.ranges[0].range == offset_range{2, 9});
}

TEST_CASE("a position is asked for in a generation, and answered by its id") {
  coordination x;
  x.assign({p0});
  x.post(position_request{p0, {77}, 1, {}});
  CHECK(x.script->asked("position") == nullptr);
  REQUIRE(x.manager_heard.positions.size() == 1);
  CHECK(x.manager_heard.positions[0].what.failure
        == "not held in this generation");
  x.manager_heard.positions.clear();
  x.post(position_request{p0, x.gen(p0), 2, 1'000});
  auto asked = *x.script->asked("position");
  CHECK(asked.token == 2);
  x.tell(
    kafka::position_found{asked.token, p0, {offset_range{2, 9}, 5, {}}, {}});
  REQUIRE(x.manager_heard.positions.size() == 1);
  CHECK(x.manager_heard.positions[0].id == 2);
  CHECK(x.manager_heard.positions[0].what.held == offset_range{2, 9});
  CHECK(x.manager_heard.positions[0].what.at_time == 5);
}

TEST_CASE("a generation that is over is followed by just the next one") {
  coordination x;
  x.assign({p0});
  auto former = x.gen(p0);
  auto g = x.registry->raise(p0);
  x.post(follow_generation{p0, {77}, g}); // of another one
  x.post(commit_request{1, {{p0, g, 9}}});
  CHECK(x.script->commits.empty());
  CHECK(x.manager_heard.commits.back().entries[0].failure.code
        == errc::stale_membership);
  x.post(follow_generation{p0, former, g});
  x.post(commit_request{2, {{p0, former, 9}}});
  CHECK(x.script->commits.empty());
  x.post(commit_request{3, {{p0, g, 9}}});
  CHECK(x.script->commits.size() == 1);
}

TEST_CASE("a partition is woken in its generation alone") {
  coordination x;
  x.assign({p0});
  x.post(wake_request{p0, {77}, 6});
  CHECK(x.script->moves.empty());
  x.post(wake_request{p0, x.gen(p0), 6});
  x.post(wake_request{p0, x.gen(p0), 6, true});
  REQUIRE(x.script->moves.size() == 2);
  CHECK_FALSE(x.script->moves[0].repositioned);
  CHECK(x.script->moves[1].repositioned);
}

TEST_CASE("ends are not asked for while the member joins or gives back") {
  coordination x;
  x.assign({p0});
  x.tell(kafka::membership{false});
  x.post(ends_request{{p0}});
  REQUIRE(x.manager_heard.ends.size() == 1);
  CHECK_FALSE(x.manager_heard.ends[0].asked);
  x.tell(kafka::membership{true});
  x.tell(kafka::revoked{{p0}, false});
  x.post(ends_request{{p0}});
  CHECK(x.script->asked("ends") == nullptr);
}

// -- outages, and the end -----------------------------------------------------

TEST_CASE("an outage is told once, probed, and told to be over") {
  coordination x;
  x.assign({p0});
  x.tell(kafka::client_error{{errc::broker_unavailable, "gone"}, true});
  x.tell(kafka::client_error{{errc::broker_unavailable, "gone"}, true});
  CHECK(x.manager_heard.failures.size() == 1);
  auto asked = x.script->questions.size();
  x.pass(5s);
  CHECK(x.script->questions.size() == asked + 1);
  x.tell(kafka::committed_found{0, {{p0, 5}}, {}}); // the probe's
  CHECK(x.manager_heard.recovered == 1);
  CHECK(x.manager_heard.assigned.size() == 1);
}

TEST_CASE("an error that no restart mends ends the coordinator") {
  coordination x;
  x.tell(kafka::client_error{{errc::authentication, "refused"}, false});
  CHECK(x.script->ended.size() == 1);
}

TEST_CASE("whoever waits to join is told what for, once a minute") {
  coordination x;
  x.pass(9s);
  CHECK(x.manager_heard.waits.empty());
  x.pass(2s);
  REQUIRE(x.manager_heard.waits.size() == 1);
  x.pass(60s);
  CHECK(x.manager_heard.waits.size() == 2);
  x.assign({p0});
  x.pass(2min);
  CHECK(x.manager_heard.waits.size() == 2);
}

TEST_CASE("however a coordinator ends, its client is ended and that is told") {
  coordination x;
  x.assign({p0});
  SECTION("with a farewell") {
    x.post(close_client{});
    CHECK(x.closed == 0);
    x.end(caf::exit_reason::user_shutdown);
    CHECK(x.last_farewell == kafka::farewell::leave);
  }
  SECTION("without one, where a commit is on its way") {
    x.commit(1, p0, 6);
    x.end(caf::exit_reason::kill);
    CHECK(x.last_farewell == kafka::farewell::none);
    REQUIRE(x.manager_heard.commits.size() == 1);
    CHECK(x.manager_heard.commits[0].entries[0].failure.code
          == errc::coordinator_died);
  }
  CHECK(x.closed == 1);
}

TEST_CASE("a coordinator answers a ping") {
  coordination c;
  c.post(ping{});
  CHECK(c.manager_heard.pongs == std::vector{pong::actor::coordinator});
}
