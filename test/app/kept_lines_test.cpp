#include "app/kept_lines.hpp"

#include "support/catch.hpp"

using namespace cafka;
using namespace cafka::app;

namespace {

kafka::error too_large() {
  kafka::error result;
  result.code = errc::other_client_error;
  result.too_large = true;
  return result;
}

} // namespace

TEST_CASE("kept lines come back in their order, with null apart from empty") {
  kept_lines kept;
  kept.keep(7, {1, std::nullopt, "v7"}, too_large());
  kept.keep(3, {0, "", std::nullopt}, too_large());
  CHECK(kept.size() == 2);
  auto lines = kept.take();
  CHECK(kept.size() == 0);
  REQUIRE(lines.size() == 2);
  CHECK(lines.begin()->first == 3);
  CHECK(lines[3].partition == 0);
  CHECK(lines[3].key == "");
  CHECK_FALSE(lines[3].value);
  CHECK_FALSE(lines[7].key);
  CHECK(lines[7].value == "v7");
  CHECK(lines[7].failure.too_large);
}

TEST_CASE("a kept line is overtaken by a later one of its partition alone") {
  kept_lines kept;
  kept.delivered(10, 0);
  kept.delivered(5, 1);
  kept.keep(8, {0, std::nullopt, "v"}, too_large());
  kept.keep(9, {1, std::nullopt, "v"}, too_large());
  kept.keep(11, {0, std::nullopt, "v"}, too_large());
  kept.take();
  CHECK(kept.overtaken() == std::set<std::uint64_t>{8});
}

TEST_CASE("batches shrink until one record fills one") {
  std::size_t bytes = 1'000'000;
  int rounds = 0;
  for (; !fills_batch({0, {}, {}}, bytes); ++rounds)
    bytes = smaller_batch(bytes);
  CHECK(rounds == 5);
  const std::string value(938, 'v'); // and 1 of the key, and 61 of the batch
  CHECK_FALSE(fills_batch({0, "", value}, 1'000));
  CHECK(fills_batch({0, "k", value}, 1'000));
  CHECK(smaller_batch(1) == 1);
  CHECK(fills_batch({0, {}, {}}, 1));
}
