// One incarnation of a worker, without its actors: each arrow of the chart.

#include "actors/partition_worker/delivery_loop.hpp"

#include "support/catch.hpp"
#include "support/manual_executor.hpp"
#include "support/scripted_handler.hpp"
#include "support/scripted_source.hpp"

#include <atomic>
#include <thread>

using namespace cafka;
using namespace cafka::actors;
using namespace cafka::test;

namespace {

using offsets = std::vector<offset_t>;
using lines = std::vector<std::string>;

/// Partition 0 of topic `t`, whose strand runs when the test says so.
struct incarnation {
  explicit incarnation(offsets retained = {}) {
    settings.id = {{"t", 0}, {1}, 1};
    settings.identity = std::make_shared<const partition_identity>(
      partition_identity{"g", "t", 0, generation{1}});
    settings.source = source;
    settings.factory = make_factory(handlers);
    settings.registry = registry;
    settings.batch_size = 2;
    settings.window = core::flow_window{1000, 1000};
    settings.first = retained.empty() ? core::delivery_step{}
                                      : step(std::move(retained));
  }
  ~incarnation() {
    if (uut)
      uut->end();
    run();
  }
  static core::delivery_step step(const offsets& again) {
    record_block::builder block;
    for (auto x : again)
      block.add(x, "", "");
    core::delivery_step result;
    result.again = {std::make_shared<core::delivery>(block.finish()), {}};
    return result;
  }
  static core::delivery_step read_from(offset_t from) {
    core::delivery_step result;
    result.from = from;
    return result;
  }
  void begin() {
    uut = std::make_shared<delivery_loop>(settings);
    uut->begin();
  }
  void append(int n) {
    for (; n > 0; --n)
      log->records.push_back({log->end++, 10});
    source->wake();
  }
  void run() {
    while (!jobs.empty())
      manual_executor::run_one(jobs);
  }
  /// By their names, oldest first.
  lines reports() {
    std::vector<manager_buffer::item> taken;
    registry->buffer()->take(taken);
    lines result;
    for (auto& x : taken)
      result.push_back(std::visit([](auto& y) { return name_of(y); },
                                  std::get<delivery_report>(x)));
    return result;
  }
  lines after_run() {
    run();
    return reports();
  }

  static std::string name_of(const handler_built&) {
    return "built";
  }
  static std::string name_of(const worker_ready& x) {
    return "asks " + std::to_string(x.after);
  }
  static std::string name_of(const call_begun&) {
    return "again";
  }
  static std::string name_of(const source_drained& x) {
    std::string result = x.before ? "ended, " : "";
    return result + (x.what.block ? "begun" : "passed")
           + (x.out_of_range ? ", out of range" : "");
  }
  static std::string name_of(const call_ended&) {
    return "ended";
  }
  static std::string name_of(const incarnation_failed& x) {
    return "failed " + x.text;
  }
  static std::string name_of(const worker_drained&) {
    return "drained";
  }
  static std::string name_of(const close_failed&) {
    return "not closed";
  }

  handler_script handlers;
  std::shared_ptr<scripted_log> log = std::make_shared<scripted_log>();
  std::shared_ptr<scripted_source> source
    = std::make_shared<scripted_source>(log, 0);
  manual_executor::job_queue jobs;
  std::shared_ptr<partition_registry> registry
    = std::make_shared<partition_registry>(
      [this](auto) { return std::make_unique<manual_executor>(jobs); });
  delivery_settings settings;
  std::shared_ptr<delivery_loop> uut;
};

handler_answer fail(const message_batch&) {
  return handler_answer::failed("no");
}

} // namespace

// -- building -----------------------------------------------------------------

TEST_CASE("an incarnation with nothing retained reads as soon as its "
          "handler is built") {
  incarnation x;
  x.append(1);
  x.begin();
  CHECK(x.after_run() == lines{"built", "begun", "ended"});
  CHECK(x.handlers.offsets() == offsets{0});
  CHECK(x.source->has_reader());
  x.append(1);
  CHECK(x.after_run() == lines{"begun", "ended"});
}

TEST_CASE(
  "an incarnation begins with what is retained and then asks what comes next") {
  incarnation x{{4, 5}};
  x.begin();
  CHECK(x.after_run() == lines{"again", "ended", "asks 5"});
  CHECK(x.handlers.offsets() == offsets{4, 5});
  CHECK_FALSE(x.source->has_reader());
}

TEST_CASE("an incarnation whose retained records are acked meanwhile asks "
          "what comes first") {
  incarnation x{{4, 5}};
  x.begin();
  x.uut->withdraw();
  CHECK(x.after_run() == lines{"asks -1"});
  CHECK(x.handlers.offsets().empty());
}

TEST_CASE("an ack is nothing to an incarnation that reads from the first on") {
  incarnation x;
  x.append(1);
  x.begin();
  x.uut->withdraw();
  CHECK(x.after_run() == lines{"built", "begun", "ended"});
}

TEST_CASE("an incarnation whose handler is not built is over") {
  incarnation x;
  x.handlers.build_none = true;
  x.begin();
  CHECK(x.after_run() == lines{"failed the handler's factory returned none"});
  x.uut->drain({}, close_reason::revoked); // void
  CHECK(x.after_run().empty());
}

TEST_CASE("an incarnation that ends before its handler is built builds none") {
  auto how = GENERATE("drain", "end", "next generation");
  incarnation x{{4}};
  x.begin();
  if (how == std::string{"drain"})
    x.uut->drain({}, close_reason::revoked);
  else if (how == std::string{"end"})
    x.uut->end();
  else
    x.registry->raise({"t", 0});
  CHECK(x.after_run()
        == (how == std::string{"drain"} ? lines{"drained"} : lines{}));
  CHECK(x.handlers.log.empty());
}

// -- waiting, redelivering ----------------------------------------------------

TEST_CASE("an incarnation that asked goes on as it is told") {
  incarnation x{{4}};
  x.append(7);
  x.begin();
  REQUIRE(x.after_run() == lines{"again", "ended", "asks 4"});
  x.uut->go_on(incarnation::step({5}));
  CHECK(x.after_run() == lines{"again", "ended", "asks 5"});
  x.uut->go_on(incarnation::read_from(6));
  CHECK(x.after_run() == lines{"begun", "ended"});
  CHECK(x.handlers.offsets() == offsets{4, 5, 6});
  x.uut->go_on(incarnation::step({5})); // it did not ask
  CHECK(x.after_run().empty());
}

TEST_CASE("an incarnation that waits ends at a drain or by its worker") {
  auto drains = GENERATE(true, false);
  incarnation x{{4}};
  x.begin();
  REQUIRE(x.after_run() == lines{"again", "ended", "asks 4"});
  if (drains)
    x.uut->drain({}, close_reason::revoked);
  else
    x.uut->end();
  x.uut->go_on(incarnation::step({5}));
  CHECK(x.after_run() == (drains ? lines{"drained"} : lines{}));
  CHECK(x.handlers.offsets() == offsets{4});
}

TEST_CASE(
  "an incarnation that was told what comes again ends before that call") {
  auto drains = GENERATE(true, false);
  incarnation x{{4}};
  x.begin();
  REQUIRE(x.after_run() == lines{"again", "ended", "asks 4"});
  x.uut->go_on(incarnation::step({5}));
  if (drains)
    x.uut->drain({}, close_reason::revoked);
  else
    x.uut->end();
  CHECK(x.after_run() == (drains ? lines{"drained"} : lines{}));
  CHECK(x.handlers.offsets() == offsets{4});
}

TEST_CASE("an incarnation fails by a call with retained records") {
  incarnation x{{4}};
  x.handlers.answer = fail;
  x.begin();
  CHECK(x.after_run() == lines{"again", "failed no"});
}

// -- reading ------------------------------------------------------------------

TEST_CASE(
  "an incarnation waits for what comes again of a batch, and for a move") {
  auto is_rest = GENERATE(true, false);
  incarnation x;
  x.append(1);
  x.begin();
  x.run();
  x.reports();
  if (is_rest)
    x.handlers.answer = [](const message_batch& batch) {
      return handler_answer::ack_through(batch.first_offset());
    };
  else
    x.log->out_of_range = true;
  x.append(2);
  CHECK(x.after_run()
        == (is_rest ? lines{"begun", "ended", "asks 1"}
                    : lines{"passed, out of range"}));
  x.append(1);
  CHECK(x.after_run().empty());
  x.handlers.answer = nullptr;
  x.uut->go_on(incarnation::read_from(is_rest ? 3 : 1));
  x.run();
  CHECK(x.handlers.offsets() == offsets{0, 1, 2, 3});
}

TEST_CASE(
  "an incarnation that reads fails by its handler, its answer or its source") {
  auto how = GENERATE("handler", "answer", "source", "drain");
  incarnation x;
  x.begin();
  x.run();
  x.reports();
  if (how == std::string{"handler"})
    x.handlers.answer = fail;
  else if (how == std::string{"answer"})
    x.handlers.answer = [](const message_batch&) {
      return handler_answer::ack_through(7);
    };
  else if (how == std::string{"source"})
    x.log->error = "no right";
  else
    x.log->throws = true;
  x.append(1);
  auto told = x.after_run();
  REQUIRE_FALSE(told.empty());
  CHECK(told.back().starts_with("failed "));
  CHECK_FALSE(x.source->has_reader());
  x.append(1);
  CHECK(x.after_run().empty());
}

TEST_CASE(
  "an incarnation that reads finishes its call at a drain and none after it") {
  incarnation x;
  x.append(3);
  x.handlers.during_call = [&] { x.uut->drain({}, close_reason::revoked); };
  x.begin();
  CHECK(x.after_run() == lines{"built", "begun", "ended", "drained"});
  CHECK(x.handlers.log
        == lines{"built 0", "called 0", "returned 0", "closed 0 revoked",
                 "destroyed 0"});
  CHECK_FALSE(x.source->has_reader());
  x.uut->close_handler(close_reason::failed); // once
  CHECK(x.after_run().empty());
}

TEST_CASE(
  "an incarnation that is ended says nothing more, also of a call that runs") {
  auto drains = GENERATE(false, true); // it had more time before
  incarnation x;
  x.append(3);
  auto told = 0;
  x.handlers.answer = [&](const message_batch& batch) {
    batch.on_revoked([&](time_point) { ++told; });
    CHECK_FALSE(batch.revoked());
    if (drains)
      x.uut->drain(std::chrono::steady_clock::now() + std::chrono::hours{1},
                   close_reason::revoked);
    x.uut->end();
    CHECK(told == (drains ? 2 : 1));
    CHECK(batch.revoke_deadline() <= std::chrono::steady_clock::now());
    return handler_answer::ack();
  };
  x.begin();
  CHECK(x.after_run() == lines{"built", "begun"});
  x.uut->close_handler(close_reason::lost);
  CHECK(x.after_run().empty());
  CHECK(x.handlers.log.back() == "destroyed 0");
}

TEST_CASE("a call of a generation that is over does not begin") {
  incarnation x;
  x.begin();
  x.run();
  x.reports();
  x.registry->raise({"t", 0});
  x.append(1);
  CHECK(x.after_run() == lines{"begun"}); // the manager drops that
  CHECK(x.handlers.offsets().empty());
  CHECK_FALSE(x.source->has_reader());
}

TEST_CASE("an incarnation that drains is ended by its worker's end") {
  incarnation x;
  x.begin();
  x.run();
  x.reports();
  x.uut->drain({}, close_reason::revoked);
  x.uut->end();
  CHECK(x.after_run().empty());
  CHECK(x.handlers.log.back() == "destroyed 0");
}

// -- turns --------------------------------------------------------------------

TEST_CASE("a turn that runs looks again, and needs no other for that") {
  incarnation x;
  x.append(1);
  x.handlers.during_call = [&] {
    x.append(1);
    CHECK(x.jobs.empty());
  };
  x.begin();
  x.run();
  CHECK(x.handlers.offsets() == offsets{0, 1});
}

TEST_CASE(
  "a full window stops delivery until it is freed, and so does a pause") {
  auto holds = GENERATE(true, false);
  incarnation x;
  x.settings.window = core::flow_window{1, 1};
  x.handlers.answer = [](const message_batch&) {
    return handler_answer::no_ack();
  };
  x.begin();
  x.run();
  if (holds)
    x.uut->hold(true);
  x.append(4);
  x.run();
  CHECK(x.handlers.offsets() == (holds ? offsets{} : offsets{0, 1}));
  x.uut->look_again();
  CHECK(x.jobs.empty());
  if (holds)
    x.uut->hold(false);
  else
    x.uut->free({2, 20}, 2);
  x.uut->look_again();
  x.run();
  CHECK(x.handlers.offsets() == (holds ? offsets{0, 1} : offsets{0, 1, 2, 3}));
}

TEST_CASE(
  "a handler may end its worker between its calls, and while one runs") {
  auto during_call = GENERATE(false, true);
  incarnation l;
  std::function<void(worker_end)> end_worker;
  l.handlers.on_build = [&](const handler_context& x) {
    end_worker = x.end_worker;
  };
  l.begin();
  l.run();
  auto end = [&] { end_worker({"lost it", "exit 3"}); };
  if (during_call)
    l.handlers.during_call = end;
  l.append(1);
  l.run();
  if (!during_call)
    end();
  auto reports = l.reports();
  CHECK(reports.back() == "failed lost it");
  end(); // nothing more
  l.append(1);
  CHECK(l.after_run().empty());
  CHECK(l.handlers.calls.size() == 1);
}

TEST_CASE(
  "a handler may end its worker behind the call that runs, whose answer "
  "counts") {
  incarnation x;
  std::function<void(worker_end)> end_worker;
  x.handlers.on_build = [&](const handler_context& context) {
    end_worker = context.end_worker;
  };
  x.append(1);
  auto how = GENERATE("in a call", "between calls", "in a drain", "at once");
  auto is = [&](const char* text) { return how == std::string{text}; };
  auto end = [&] {
    end_worker({"lost it", "exit 3", true});
    if (is("in a drain"))
      x.uut->drain({}, close_reason::revoked);
    if (is("at once"))
      end_worker({"lost all", "exit 3", false});
  };
  if (!is("between calls"))
    x.handlers.during_call = end;
  x.begin();
  x.run();
  if (is("between calls"))
    end();
  if (is("at once"))
    CHECK(x.reports() == lines{"built", "begun", "failed lost all"});
  else
    CHECK(x.reports() == lines{"built", "begun", "ended", "failed lost it"});
  x.append(1);
  CHECK(x.after_run().empty());
  CHECK(x.handlers.calls.size() == 1);
}

TEST_CASE("a handler that ends its worker from another thread, right before a "
          "call, is heard") {
  incarnation x;
  std::function<void(worker_end)> end_worker;
  x.handlers.on_build = [&](const handler_context& context) {
    end_worker = context.end_worker;
  };
  GENERATE(range(0, 20)); // threads meet as they like
  std::thread other;
  std::atomic<bool> comes{false};
  x.log->during_drain = [&] {
    other = std::thread{[&] {
      comes = true;
      end_worker({"lost it", "exit 3", true});
    }};
    while (!comes)
      std::this_thread::yield();
    for (int i = 0; i < 100; ++i)
      std::this_thread::yield();
  };
  x.append(1);
  x.begin();
  x.run();
  other.join();
  CHECK(x.reports().back() == "failed lost it");
}

// -- who waits for a report ---------------------------------------------------

TEST_CASE("an answer that the manager alone makes room for is waited for") {
  incarnation x;
  x.settings.window = core::flow_window{1, 1};
  x.settings.batch_size = 1;
  x.append(3);
  auto is_urgent = [&] {
    x.run();
    return x.registry->buffer()->look().is_urgent;
  };
  SECTION("it acks, and the window is full") {
    x.settings.counts_exactly = true;
    x.begin();
    CHECK(is_urgent());
    CHECK(x.handlers.calls.size() == 2);
  }
  SECTION("not where its strand makes room by itself") {
    x.begin();
    CHECK_FALSE(is_urgent());
    CHECK(x.handlers.calls.size() == 3);
  }
  SECTION("nor where it acks nothing") {
    x.handlers.answer = [](const message_batch&) {
      return handler_answer::no_ack();
    };
    x.begin();
    CHECK_FALSE(is_urgent());
  }
  SECTION("nor where there is room") {
    x.settings.window = core::flow_window{10, 1000};
    x.settings.counts_exactly = true;
    x.begin();
    CHECK_FALSE(is_urgent());
  }
}
