#include "executor/strands.hpp"
#include "executor/thread_pool.hpp"

#include "support/catch.hpp"
#include "support/manual_executor.hpp"
#include "support/stage.hpp"

#include <memory>
#include <vector>

using namespace cafka;
using namespace cafka::executor;
using cafka::test::manual_executor;
using cafka::test::stage;

namespace {

topic_partition tp(partition_t p) {
  return {"t", p};
}

} // namespace

TEST_CASE("jobs of one strand run one at a time and in order") {
  manual_executor::job_queue jobs;
  strands uut{std::make_unique<manual_executor>(jobs)};
  std::vector<int> ran;
  uut.post(tp(0), [&] {
    ran.push_back(1);
    CHECK(jobs.empty()); // the second waits for the first
  });
  uut.post(tp(0), [&] { ran.push_back(2); });
  CHECK(jobs.size() == 1);
  CHECK(uut.busy() == 1);
  manual_executor::run_one(jobs);
  REQUIRE(jobs.size() == 1);
  manual_executor::run_one(jobs);
  CHECK(ran == std::vector<int>{1, 2});
  CHECK(uut.busy() == 0);
  CHECK(jobs.empty());
}

TEST_CASE("strands do not wait for each other") {
  auto s = std::make_shared<stage>();
  strands uut{std::make_unique<thread_pool>(2, [](std::size_t) {})};
  uut.post(tp(0), [s] { s->wait_at_door(0); });
  REQUIRE(s->await(1));
  uut.post(tp(0), [s] { s->note(0); });
  uut.post(tp(1), [s] { s->note(1); });
  REQUIRE(s->await(2));
  CHECK(s->notes() == std::vector<int>{0, 1});
  s->open();
  REQUIRE(s->await(3));
}

TEST_CASE("a job may post to its own strand") {
  manual_executor::job_queue jobs;
  strands uut{std::make_unique<manual_executor>(jobs)};
  int ran = 0;
  uut.post(tp(0), [&] { uut.post(tp(0), [&] { ++ran; }); });
  while (!jobs.empty())
    manual_executor::run_one(jobs);
  CHECK(ran == 1);
  CHECK(uut.busy() == 0);
}

TEST_CASE("idleness is told once, at once or behind the last job") {
  manual_executor::job_queue jobs;
  strands uut{std::make_unique<manual_executor>(jobs)};
  int told = 0;
  uut.when_idle([&] { ++told; });
  CHECK(told == 1);
  uut.post(tp(0), [] {});
  uut.post(tp(1), [] {});
  uut.when_idle([&] { ++told; });
  manual_executor::run_one(jobs);
  CHECK(told == 1);
  manual_executor::run_one(jobs);
  CHECK(told == 2);
  uut.post(tp(0), [] {});
  manual_executor::run_one(jobs);
  CHECK(told == 2);
}

TEST_CASE("jobs that wait outlive their strands and tell nobody") {
  manual_executor::job_queue jobs;
  std::vector<int> ran;
  bool told = false;
  {
    strands uut{std::make_unique<manual_executor>(jobs)};
    uut.post(tp(0), [&] { ran.push_back(1); });
    uut.post(tp(0), [&] { ran.push_back(2); });
    uut.when_idle([&] { told = true; });
  }
  manual_executor::run_one(jobs);
  CHECK(ran == std::vector<int>{1, 2});
  CHECK_FALSE(told);
}
