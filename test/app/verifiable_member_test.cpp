#include "verifiable/member.hpp"

#include "support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace cafka;
using cafka::app::verifiable_member;
using nlohmann::json;

namespace {

const topic_partition zero{"t", 0};
const topic_partition one{"t", 1};

/// A member with the lines that it told.
struct member_world {
  explicit member_world(verifiable_member::settings x = {})
    : member(x, [this](const std::string& lines) {
        for (std::size_t at = 0; at < lines.size();) {
          auto end = lines.find('\n', at);
          told.push_back(json::parse(lines.substr(at, end - at)));
          at = end + 1;
        }
        return ++tickets;
      }) {
  }

  void tell(event_kind kind, const topic_partition& tp = {},
            std::uint64_t g = 0, offset_t offset = -1) {
    event x;
    x.kind = kind;
    x.tp = tp;
    x.generation = {g};
    x.offset = offset;
    x.code = kind == event_kind::commit_failed ? errc::timed_out : errc::none;
    x.text = "why";
    member.on_event(x);
  }
  /// Both partitions, in generation 1, at an earliest begin.
  void assign() {
    for (auto& tp : {zero, one})
      tell(event_kind::assigned, tp, 1, -2);
    tell(event_kind::assignment_complete);
    for (auto& tp : {zero, one})
      tell(event_kind::begin_resolved, tp, 1, 0);
    told.clear();
  }
  std::optional<verifiable_member::consumed>
  consume(const topic_partition& tp, const std::vector<offset_t>& offsets,
          std::uint64_t g = 1) {
    record_block::builder b;
    for (auto x : offsets)
      b.add(x, "k", "v");
    return member.consume(
      {std::make_shared<const partition_identity>(
         partition_identity{"g", tp.topic, tp.partition, {g}}),
       std::make_shared<const revocation_notice>(),
       b.finish(),
       {},
       1});
  }
  std::vector<std::string> names() const {
    std::vector<std::string> result;
    for (auto& x : told)
      result.push_back(x.at("name"));
    return result;
  }
  /// Of the lines `offsets_committed`.
  std::vector<offset_t> commits() const {
    std::vector<offset_t> result;
    for (auto& x : told)
      if (x.at("name") == "offsets_committed")
        result.push_back(x.at("offsets").at(0).at("offset"));
    return result;
  }

  std::vector<json> told;
  io::line_writer::ticket tickets = 0;
  verifiable_member member;
};

using strings = std::vector<std::string>;
using offsets = std::vector<offset_t>;

json partition_list(const std::vector<int>& ps) {
  auto result = json::array();
  for (auto p : ps)
    result.push_back({{"topic", "t"}, {"partition", p}});
  return result;
}

} // namespace

TEST_CASE("a member tells its assignment once it is whole, also when empty") {
  member_world w;
  w.member.start();
  w.tell(event_kind::assignment_complete);
  w.tell(event_kind::assigned, zero, 1, -2);
  w.tell(event_kind::assigned, one, 1, 7);
  CHECK(w.names() == strings{"startup_complete", "partitions_assigned"});
  w.tell(event_kind::assignment_complete);
  REQUIRE(w.told.size() == 3);
  CHECK(w.told[1].at("partitions") == partition_list({}));
  CHECK(w.told[2].at("partitions") == partition_list({0, 1}));
}

TEST_CASE("a member tells what was revoked or lost, but no empty revocation") {
  for (auto kind : {event_kind::revoked, event_kind::lost}) {
    member_world w;
    w.assign();
    w.tell(event_kind::revocation_complete);
    CHECK(w.told.empty());
    w.tell(kind, one, 1);
    w.tell(event_kind::revocation_complete);
    REQUIRE(w.names() == strings{"partitions_revoked"});
    CHECK(w.told[0].at("partitions") == partition_list({1}));
  }
}

TEST_CASE("records are consumed while their partition is held, and only then") {
  member_world w;
  CHECK_FALSE(w.consume(zero, {0}));
  w.assign();
  CHECK_FALSE(w.consume(zero, {0}, 2)); // another generation
  auto told = w.consume(zero, {0, 1, 5});
  REQUIRE(told);
  CHECK(told->written == w.tickets);
  CHECK(told->last == 5);
  REQUIRE(w.names() == strings{"records_consumed"});
  CHECK(w.told[0].at("count") == 3);
  CHECK(w.told[0].at("partitions").size() == 2); // there is a hole
  w.tell(event_kind::reset, zero, 2, 3);
  CHECK_FALSE(w.consume(zero, {6}));
  CHECK(w.consume(zero, {6}, 2));
  w.tell(event_kind::lost, zero, 2);
  CHECK_FALSE(w.consume(zero, {7}, 2));
}

TEST_CASE("a verbose member tells each record before their sum") {
  member_world w{{.verbose = true}};
  w.assign();
  REQUIRE(w.consume(one, {3, 4}));
  CHECK(w.names() == strings{"record_data", "record_data", "records_consumed"});
  CHECK(w.told[1].at("offset") == 4);
  CHECK(w.tickets == 2); // all in one piece, behind the assignment
}

TEST_CASE("commits are told as far as they cover what was consumed") {
  member_world w;
  w.assign();
  w.tell(event_kind::committed, zero, 1, 0); // its begin
  CHECK(w.told.empty());
  w.consume(zero, {0, 1});
  w.tell(event_kind::committed, zero, 1, 0); // was on its way
  w.tell(event_kind::committed, zero, 1, 2);
  w.tell(event_kind::committed, zero, 1, 3); // behind a transaction marker
  CHECK(w.commits() == offsets{2});
  w.consume(zero, {3});
  w.tell(event_kind::committed, zero, 1, 5);
  w.tell(event_kind::committed, zero, 2, 5); // of no generation that we know
  CHECK(w.commits() == offsets{2, 4});
  CHECK(w.told.back().at("success") == true);
}

TEST_CASE("a commit that failed is told with its error while the partition is "
          "held") {
  member_world w;
  w.assign();
  w.tell(event_kind::commit_failed, zero, 1, 0); // of its begin
  CHECK(w.told.empty());
  w.consume(zero, {0});
  w.tell(event_kind::commit_failed, zero, 1, 1);
  w.tell(event_kind::commit_failed, zero, 1, -1); // without an offset
  CHECK(w.commits() == offsets{1, 1});
  CHECK(w.told.back().at("success") == false);
  CHECK(w.told.back().at("error") == "timed_out: why");
  w.tell(event_kind::lost, zero, 1);
  w.tell(event_kind::commit_failed, zero, 1, 1);
  CHECK(w.commits() == offsets{1, 1});
}

TEST_CASE("with autocommit no commit is told") {
  member_world w{{.reports_commits = false}};
  w.assign();
  w.consume(zero, {0});
  w.tell(event_kind::committed, zero, 1, 1);
  w.tell(event_kind::commit_failed, zero, 1, 1);
  CHECK(w.names() == strings{"records_consumed"});
}

TEST_CASE("no more records are consumed than asked for") {
  member_world w{{.records_max = 3}};
  w.assign();
  CHECK(w.consume(zero, {0, 1})->last == 1);
  CHECK_FALSE(w.member.finished());
  CHECK_FALSE(w.consume(one, {0, 1}, 2)); // not held: costs nothing
  CHECK(w.consume(one, {4, 5})->last == 4);
  CHECK(w.told.back().at("count") == 1);
  CHECK(w.member.finished());
  CHECK_FALSE(w.consume(zero, {2}));
  CHECK(member_world{{.records_max = 0}}.member.finished());
  CHECK_FALSE(member_world{}.member.finished());
}

TEST_CASE("what an incarnation of the group leaves behind is told as revoked") {
  for (auto kind :
       {event_kind::group_restarted, event_kind::supervisor_gave_up}) {
    member_world w;
    w.assign();
    w.tell(kind);
    REQUIRE(w.names() == strings{"partitions_revoked"});
    CHECK(w.told[0].at("partitions") == partition_list({0, 1}));
    CHECK_FALSE(w.consume(zero, {0}));
  }
}

TEST_CASE("the last line is the end, behind what was still held") {
  member_world w;
  w.assign();
  w.member.end();
  CHECK(w.names() == strings{"partitions_revoked", "shutdown_complete"});
  member_world quiet;
  quiet.member.end();
  CHECK(quiet.names() == strings{"shutdown_complete"});
}
