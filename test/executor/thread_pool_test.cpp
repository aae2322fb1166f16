// Real threads, which wait for conditions and never for time.

#include "executor/strands.hpp"
#include "executor/thread_pool.hpp"

#include "support/catch.hpp"
#include "support/stage.hpp"

#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

using namespace cafka;
using namespace cafka::executor;
using cafka::test::stage;

namespace {

topic_partition tp(partition_t p) {
  return {"t", p};
}

} // namespace

TEST_CASE("a pool makes threads as jobs wait and tells when all are busy") {
  auto s = std::make_shared<stage>();
  std::vector<std::size_t> told;
  thread_pool uut{2, [&](std::size_t n) { told.push_back(n); }};
  uut.execute([s] { s->wait_at_door(1); }, job_kind::woken);
  REQUIRE(s->await(1));
  uut.execute([s] { s->wait_at_door(1); }, job_kind::woken);
  REQUIRE(s->await(2));
  CHECK(told.empty());
  uut.execute([s] { s->note(2); }, job_kind::woken);
  uut.execute([s] { s->note(3); }, job_kind::woken);
  CHECK(told == std::vector<std::size_t>{2}); // once per time
  CHECK(s->notes().size() == 2);
  s->open();
  REQUIRE(s->await(4));
  CHECK(s->thread_count() == 2);
}

namespace {

/// Gives no thread for the first `n` times.
core::thread_factory failing(int n) {
  return [left = std::make_shared<int>(n)](std::function<void()> f) {
    if (*left > 0 && (*left)-- > 0)
      throw std::system_error{EAGAIN, std::generic_category()};
    return core::make_thread(std::move(f));
  };
}

} // namespace

TEST_CASE("a job whose thread cannot be made waits and is tried again") {
  auto s = std::make_shared<stage>();
  std::vector<std::size_t> told;
  strands uut{std::make_unique<thread_pool>(
    2, [&](std::size_t n) { told.push_back(n); }, 0, failing(2))};
  uut.post(tp(0), [s] { s->note(1); });
  CHECK(told == std::vector<std::size_t>{0}); // threads that there are
  uut.retry();
  CHECK(s->notes().empty());
  CHECK(told.size() == 1);
  uut.retry();
  REQUIRE(s->await(1));
  // One that cannot be made beside others is told with their number.
  thread_pool other{2, [&](std::size_t n) { told.push_back(n); }, 1,
                    [f = failing(1), first = true](auto g) mutable {
                      return std::exchange(first, false)
                               ? core::make_thread(std::move(g))
                               : f(std::move(g));
                    }};
  other.execute([s] { s->wait_at_door(2); }, job_kind::woken);
  REQUIRE(s->await(2));
  other.execute([s] { s->note(3); }, job_kind::woken);
  CHECK(told == std::vector<std::size_t>{0, 1});
  other.retry();
  REQUIRE(s->await(3)); // in place of the one that blocks
  s->open();
}

TEST_CASE("a pool runs jobs in place of those that block") {
  auto s = std::make_shared<stage>();
  thread_pool uut{4, [](std::size_t) {}, /* at_once_max */ 1};
  for (int i = 0; i < 3; ++i)
    uut.execute([s] { s->wait_at_door(1); }, job_kind::woken);
  uut.execute([s] { s->note(2); }, job_kind::woken);
  REQUIRE(s->await(4)); // although three never return
  s->open();
}

TEST_CASE("what is built, woken and goes on takes turns in a pool") {
  auto s = std::make_shared<stage>();
  thread_pool uut{1, [](std::size_t) {}};
  uut.execute([s] { s->wait_at_door(0); }, job_kind::woken);
  REQUIRE(s->await(1));
  for (int i : {1, 2, 3})
    uut.execute_next([s, i] { s->note(i); }, job_kind::going_on);
  for (int i : {11, 12, 13})
    uut.execute([s, i] { s->note(i); }, job_kind::woken);
  for (int i : {21, 22})
    uut.execute([s, i] { s->note(i); }, job_kind::build);
  s->open();
  REQUIRE(s->await(9));
  auto notes = s->notes();
  notes.erase(notes.begin());
  CHECK(notes == std::vector<int>{1, 21, 11, 2, 22, 12, 3, 13});
}

TEST_CASE("a pool that became idle tells anew when all its threads are busy") {
  auto s = std::make_shared<stage>();
  auto all_done = std::make_shared<stage>();
  std::vector<std::size_t> told;
  auto uut = std::make_unique<thread_pool>(1, [&](std::size_t n) {
    told.push_back(n);
  });
  uut->execute([s] { s->wait_at_door(1); }, job_kind::woken);
  REQUIRE(s->await(1));
  uut->execute([s] { s->note(2); }, job_kind::woken);
  CHECK(told.size() == 1);
  s->open();
  REQUIRE(s->await(2));
  // Whether the thread is idle yet cannot be seen, so one job waits in vain.
  auto second = std::make_shared<stage>();
  for (int i = 0; told.size() < 2 && i < 1000; ++i) {
    auto door = std::make_shared<stage>();
    uut->execute([door] { door->wait_at_door(1); }, job_kind::woken);
    REQUIRE(door->await(1));
    uut->execute([second] { second->note(1); }, job_kind::woken);
    door->open();
    REQUIRE(second->await(static_cast<std::size_t>(i) + 1));
  }
  CHECK(told.size() == 2);
}

TEST_CASE("the end of a pool waits for no job and still runs those that wait") {
  auto s = std::make_shared<stage>();
  {
    thread_pool uut{1, {}};
    uut.execute([s] { s->wait_at_door(1); }, job_kind::woken);
    uut.execute([s] { s->note(2); }, job_kind::woken);
    REQUIRE(s->await(1));
  }
  CHECK(s->notes() == std::vector<int>{1});
  s->open();
  REQUIRE(s->await(2));
}

TEST_CASE("a pool may be destroyed by one of its own jobs") {
  auto s = std::make_shared<stage>();
  auto uut = std::make_shared<thread_pool>(2, [](std::size_t) {});
  auto& pool = *uut;
  pool.execute(
    [s, uut]() mutable {
      s->wait_at_door(1);
      uut.reset();
      s->note(2);
    },
    job_kind::woken);
  uut.reset();
  s->open();
  CHECK(s->await(2));
}
