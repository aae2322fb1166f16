#include "broker_support/scenario.hpp"

#include "support/catch.hpp"

#include <algorithm>

using namespace cafka;
using namespace cafka::test;

namespace {

using json = nlohmann::json;
using names = std::vector<std::string>;

/// All that one member told, from its start to its own end.
class stream {
public:
  stream(scenario& run, const member_program& program, int records_max) {
    auto line = run.command(program, unique_name()); // a group of its own
    for (auto& x : names{"--verbose", "--max-messages"})
      line.push_back(x);
    line.push_back(std::to_string(records_max));
    member x{"reader", line};
    run.await("the reader ends", [&] {
      for (auto& e : x.read())
        events_.push_back(e);
      return x.ended();
    });
    CHECK(x.wait() == 0);
  }

  /// Per event, where its values stand and of which kind they are.
  std::map<std::string, std::set<std::string>> shapes() const {
    std::map<std::string, std::set<std::string>> result;
    for (auto& e : events_)
      describe(e, "", result[e.at("name").get<std::string>()]);
    return result;
  }
  /// The events' names; one stands for all of what repeats with every batch.
  names order() const {
    names result;
    for (auto& e : events_) {
      auto name = e.at("name").get<std::string>();
      if (name == "record_data" || name == "records_consumed"
          || name == "offsets_committed")
        name = "reads";
      if (result.empty() || result.back() != name)
        result.push_back(name);
    }
    return result;
  }
  /// Each partition's records in their order, as told one by one.
  std::map<int, std::vector<json>> records() const {
    std::map<int, std::vector<json>> result;
    each("record_data", [&](json e) {
      e.erase("timestamp");
      result[e.at("partition").get<int>()].push_back(std::move(e));
    });
    return result;
  }
  /// Each partition's offsets, as told run by run.
  std::map<int, std::vector<long>> consumed() const {
    std::map<int, std::vector<long>> result;
    each("records_consumed", [&](const json& e) {
      for (auto& x : e.at("partitions"))
        for (auto i = x.at("minOffset").get<long>();
             i <= x.at("maxOffset").get<long>(); ++i)
          result[x.at("partition").get<int>()].push_back(i);
    });
    return result;
  }
  /// What each partition ended with.
  std::map<int, long> committed() const {
    std::map<int, long> result;
    each("offsets_committed", [&](const json& e) {
      CHECK(e.at("success") == true);
      for (auto& x : e.at("offsets"))
        result[x.at("partition").get<int>()] = x.at("offset").get<long>();
    });
    return result;
  }
  /// The sum of what `records_consumed` counts for all, and of its summaries.
  std::pair<int, int> counts() const {
    std::pair<int, int> result;
    each("records_consumed", [&](const json& e) {
      result.first += e.at("count").get<int>();
      for (auto& x : e.at("partitions"))
        result.second += x.at("count").get<int>();
    });
    return result;
  }

private:
  static void describe(const json& x, const std::string& at,
                       std::set<std::string>& to) {
    if (x.is_object())
      for (auto& [key, value] : x.items())
        describe(value, at + "." + key, to);
    else if (x.is_array())
      for (auto& value : x)
        describe(value, at + "[]", to);
    else
      to.insert(at + ": " + x.type_name());
  }

  template <class F>
  void each(const std::string& name, F f)
  const {
    for (auto& e : events_)
      if (e.at("name") == name)
        f(e);
  }

  std::vector<json> events_;
};

/// What must be the same. How often what was consumed is committed, and with
/// how many partitions in a line, is not.
void compare(const stream& ours, const stream& java) {
  CHECK(ours.shapes() == java.shapes());
  CHECK(ours.order() == java.order());
  CHECK(ours.records() == java.records());
  CHECK(ours.consumed() == java.consumed());
  CHECK(ours.committed() == java.committed());
  CHECK(ours.counts().first == ours.counts().second);
}

scenario::options options_with(const std::string& assignor) {
  scenario::options x;
  x.assignor = assignor;
  return x;
}

/// Members of both kinds join and leave one after the other, while records
/// flow.
void come_and_go_together(const std::string& assignor) {
  cluster kafka{"kafka-1"};
  scenario run{kafka, options_with(assignor)};
  run.keep_producing(true);
  auto java = java_member(kafka);
  auto& a = run.join("a");
  run.await_balance({&a});
  auto& b = run.join("java b", {}, java);
  run.await_balance({&a, &b});
  auto& c = run.join("c");
  run.await_balance({&a, &b, &c});
  auto& d = run.join("java d", {}, java);
  run.await_balance({&a, &b, &c, &d});
  run.await_handled(1'000);
  CHECK(run.leave(a) == 0);
  run.await_balance({&b, &c, &d});
  CHECK(run.leave(b) == java.stopped);
  run.await_balance({&c, &d});
  // Java does not repeat a commit that failed: cafka is the last one.
  CHECK(run.leave(d) == java.stopped);
  run.await_balance({&c});
  CHECK(run.finish() == "");
  // A commit of Java's that meets a cooperative rebalance fails, and what it
  // covers comes again where its partition moves.
  for (auto* name : {"a", "c"})
    if (run.refused_commits(name) == 0)
      CHECK(run.facts().handled_again_after(name) == 0);
  if (assignor == "RangeAssignor" && run.refused_commits() == 0)
    CHECK(run.facts().handled_again() == 0);
}

} // namespace

TEST_CASE(
  "Kafka's own verifiable consumer tells the same of the same records") {
  cluster kafka{"kafka-1"};
  auto options = options_with("RangeAssignor");
  options.partitions = 3;
  options.keys = 7;
  scenario run{kafka, options};
  run.produce(600);
  compare(stream{run, cafka_member(), 600},
          stream{run, java_member(kafka), 600});
}

TEST_CASE("Kafka's own verifiable consumer ends at the same record") {
  cluster kafka{"kafka-1"};
  auto options = options_with("CooperativeStickyAssignor");
  options.partitions = 1;
  scenario run{kafka, options};
  run.produce(250);
  stream ours{run, cafka_member(), 100};
  stream java{run, java_member(kafka), 100};
  compare(ours, java);
  CHECK(ours.counts() == std::pair{100, 100});
  // Java's `count` is that of its last poll, also where it leaves some out.
  CHECK(java.counts() == std::pair{250, 100});
}

TEST_CASE("a range group of Java and cafka members hands over in order") {
  come_and_go_together("RangeAssignor");
}

TEST_CASE("a cooperative group of Java and cafka members hands over in order") {
  come_and_go_together("CooperativeStickyAssignor");
}
