#include "kafka/question_thread.hpp"

#include "support/catch.hpp"

#include <future>
#include <system_error>

using namespace cafka;
using namespace std::chrono_literals;

TEST_CASE("nobody who finishes a thread of questions waits for the one that "
          "runs") {
  std::promise<void> asked;
  std::promise<void> answer;
  std::promise<void> finished;
  {
    kafka::question_thread uut{[] {}};
    uut.ask([&]() -> std::optional<kafka::client_event> {
      asked.set_value();
      answer.get_future().wait();
      return std::nullopt;
    });
    asked.get_future().wait();
    uut.ask([]() -> std::optional<kafka::client_event> {
      throw std::logic_error{"asked behind the end"};
    });
    uut.finish([&] { finished.set_value(); }); // returns while it runs
    answer.set_value();
  }
  CHECK(finished.get_future().wait_for(20s) == std::future_status::ready);
}

TEST_CASE("a question is asked once there is a thread for it") {
  auto fails = true;
  kafka::question_thread uut{
    [] {},
    [&](std::function<void()> f) {
      if (std::exchange(fails, false))
        throw std::system_error{EAGAIN, std::generic_category()};
      return core::make_thread(std::move(f));
    }};
  CHECK_THROWS_AS(uut.begin(), std::system_error);
  std::promise<void> asked;
  uut.ask([&]() -> std::optional<kafka::client_event> {
    asked.set_value();
    return std::nullopt;
  });
  CHECK(asked.get_future().wait_for(20s) == std::future_status::ready);
}
