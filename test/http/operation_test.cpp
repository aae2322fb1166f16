#include "http/operation.hpp"

#include "support/catch.hpp"

using namespace cafka;
using namespace cafka::http;
using namespace cafka::test;

namespace {

/// What is wrong with it; empty: nothing.
std::string error_of(const std::string& path, const std::string& body) {
  request x;
  x.path = path;
  x.body = body;
  std::string wrong;
  auto is_read = read_operation(x, wrong).has_value();
  CHECK(is_read == wrong.empty());
  return wrong;
}

template <class T>
T read(const std::string& path, const std::string& body) {
  request x;
  x.path = path;
  x.body = body;
  std::string wrong;
  auto result = read_operation(x, wrong);
  INFO(wrong);
  REQUIRE(result);
  CHECK(result->group == "orders");
  REQUIRE(std::holds_alternative<T>(result->what));
  return std::get<T>(result->what);
}

} // namespace

TEST_CASE("what is posted becomes an intent of an operator, with who and why") {
  auto pause = read<pause_partitions>(
    "/api/pause", R"({"group":"orders","topic":"t","partition":3,)"
                  R"("who":"ann","reason":"deploy"})");
  CHECK(pause.topic == "t");
  CHECK(pause.partition == 3);
  CHECK(pause.who == "ann");
  CHECK(pause.reason == "deploy");
  auto resume = read<resume_partitions>("/api/resume", R"({"group":"orders"})");
  CHECK(resume.topic.empty());
  CHECK(resume.partition == -1);
  CHECK(resume.who == "http");
  CHECK(read<restart_worker>("/api/restart",
                             R"({"group":"orders","topic":"t","partition":0})")
          .topic
        == "t");
  auto dispose = read<dispose_record>(
    "/api/dispose", R"({"group":"orders","topic":"t","partition":0,)"
                    R"("offset":4711,"step":"dead-letter"})");
  CHECK(dispose.offset == 4711);
  CHECK(dispose.step == failure_step::dead_letter);
  auto move = read<move_partition>(
    "/api/move", R"({"group":"orders","topic":"t","partition":0,"to":"77"})");
  CHECK(move.to.what == target_position::kind::offset);
  CHECK(move.to.value == 77);
}

TEST_CASE("what is posted and is no intent is refused with what is wrong") {
  auto refused = [](const std::string& path, const std::string& body) {
    INFO(body);
    return !error_of(path, body).empty();
  };
  for (auto* body :
       {"", "[]", "null", "{", "{}", R"({"group":7})", R"({"group":""})",
        R"({"group":"g","partition":1})", R"({"group":"g","topic":1})",
        R"({"group":"g","topic":"t","partition":-1})",
        R"({"group":"g","topic":"t","partition":1.5})",
        R"({"group":"g","topic":"t","partition":99999999999})",
        R"({"group":"g","topic":"t","partition":"1"})",
        R"({"group":"g","offset":1})", R"({"group":"g","reason":{}})"})
    CHECK(refused("/api/pause", body));
  CHECK(refused("/api/nothing", R"({"group":"g"})"));
  CHECK(refused("/api/restart", R"({"group":"g","topic":"t"})"));
  const std::string one = R"({"group":"g","topic":"t","partition":0)";
  CHECK(refused("/api/dispose", one + R"(,"step":"skip"})"));
  CHECK(refused("/api/dispose", one + R"(,"offset":1,"step":"stop-group"})"));
  CHECK(refused("/api/move", one + R"(,"to":"yesterday"})"));
  CHECK(refused("/api/move", one + "}"));
}

TEST_CASE("what became of an intent is told, and a refused one by its status") {
  auto done = answer_of({operation_result::done, "it is paused", -1});
  CHECK(done.status == 200);
  CHECK(done.body == "{\"result\":\"done\",\"text\":\"it is paused\"}\n");
  auto refused = answer_of({operation_result::not_held, "not here", -1});
  CHECK(refused.status == 409);
  CHECK_THAT(refused.body, has_text("not_held"));
}
