// `cafka::spawn_producer`, on a mock cluster.

#include "support/catch.hpp"
#include "support/faulty_cluster.hpp"

#include "actors/caf_compat.hpp"

#include <cafka/producer.hpp>

#include <caf/scoped_actor.hpp>

#include <future>
#include <vector>

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

constexpr std::int16_t api_produce = 0;
constexpr std::int16_t topic_authorization_failed = 29;

struct config : caf::actor_system_config {
  config() {
    add_types(*this);
  }
};

struct world {
  world() {
    init_types();
    cluster.create_topic("t", 1);
  }
  producer_actor spawn(std::map<std::string, std::string> more = {}) {
    if (!sys) {
      cfg = std::make_unique<config>();
      sys = std::make_unique<caf::actor_system>(*cfg);
    }
    auto made = spawn_producer(
      *sys,
      {{cluster.endpoints()}, std::move(more), 20s, [](const log_record&) {}});
    REQUIRE(made);
    return *made;
  }

  /// The answer to each of `n` records, sent without a wait in between, and
  /// what `then` does in the meantime.
  template <class F>
  std::vector<caf::expected<produced>>
  produce_all(const producer_actor& to, int n, F then) {
    std::vector<caf::expected<produced>> result;
    caf::scoped_actor self{*sys};
    std::vector<decltype(compat::request(&*self, to, caf::timespan{0},
                                         produce{}))>
      open;
    for (int i = 0; i < n; ++i)
      open.push_back(compat::request(
        &*self, to, caf::timespan{60s},
        produce{{"t", 0, std::nullopt, std::to_string(i), {}}}));
    then();
    for (auto& x : open)
      x.receive([&](const produced& y) { result.emplace_back(y); },
                [&](const caf::error& y) { result.emplace_back(y); });
    return result;
  }

  faulty_cluster cluster;
  std::unique_ptr<config> cfg;
  std::unique_ptr<caf::actor_system> sys;
};

} // namespace

TEST_CASE("each request to a producer is answered with where its record lies, "
          "in order") {
  world w;
  auto producer = w.spawn();
  auto answers = w.produce_all(producer, 200, [] {});
  REQUIRE(answers.size() == 200);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    REQUIRE(answers[i]);
    CHECK(answers[i]->where == topic_partition{"t", 0});
    CHECK(answers[i]->offset == static_cast<offset_t>(i));
  }
  CHECK_FALSE(stop(*w.sys, producer));
}

TEST_CASE("a full queue of a producer is waited for and not refused") {
  world w;
  auto producer = w.spawn({{"queue.buffering.max.messages", "2"}});
  auto answers = w.produce_all(producer, 50, [] {});
  for (std::size_t i = 0; i < answers.size(); ++i) {
    REQUIRE(answers[i]);
    CHECK(answers[i]->offset == static_cast<offset_t>(i));
  }
  CHECK_FALSE(stop(*w.sys, producer));
}

TEST_CASE("a request whose record is refused is answered with the cause") {
  world w;
  auto producer = w.spawn();
  w.cluster.inject(api_produce, {topic_authorization_failed});
  auto answers = w.produce_all(producer, 1, [] {});
  REQUIRE_FALSE(answers[0]);
  CHECK(code_of(answers[0].error()) == errc::authorization);
  CHECK_FALSE(stop(*w.sys, producer));
}

TEST_CASE("a producer that is told to end answers what it took, and no more") {
  world w;
  auto producer = w.spawn();
  auto answers = w.produce_all(producer, 20, [&] {
    caf::anon_send_exit(producer, caf::exit_reason::user_shutdown);
  });
  for (auto& x : answers)
    CHECK(x);
  CHECK_FALSE(stop(*w.sys, producer));
  auto late = w.produce_all(producer, 1, [] {});
  CHECK_FALSE(late[0]);
}

TEST_CASE("a producer that cannot start says why") {
  config cfg;
  caf::actor_system sys{cfg};
  auto none = spawn_producer(sys, {});
  REQUIRE_FALSE(none);
  CHECK(code_of(none.error()) == errc::invalid_config);
  auto owned = spawn_producer(sys, {{"a:1"}, {{"acks", "1"}}, 1s, {}});
  REQUIRE_FALSE(owned);
  CHECK_THAT(text_of(owned.error()), has_text("acks"));
}
