#include "core/pause_table.hpp"

#include "support/catch.hpp"

using namespace cafka;
using namespace cafka::core;

namespace {

const topic_partition all{{}, -1};
const topic_partition orders{"orders", -1};
const topic_partition third{"orders", 3};

} // namespace

TEST_CASE("a pause holds for a partition, a topic or all, until just it is "
          "taken back") {
  pause_table uut;
  CHECK(uut.find(third) == nullptr);
  CHECK(uut.add(all, {"ann", "night"}));
  CHECK(uut.add(third, {"bob", "poison"}));
  CHECK(uut.find({"bills", 0})->second.who == "ann");
  REQUIRE(uut.find(third) != nullptr);
  CHECK(uut.find(third)->second.who == "bob"); // the narrowest
  CHECK_FALSE(uut.remove(orders));
  CHECK(uut.remove(all));
  CHECK(uut.find({"bills", 0}) == nullptr);
  CHECK(uut.find({"orders", 4}) == nullptr);
  CHECK(uut.find(third) != nullptr);
  CHECK(uut.remove(third));
  CHECK(uut.all().empty());
}

TEST_CASE("a later pause of the same replaces who and why") {
  pause_table uut;
  CHECK(uut.add(orders, {"ann", "night"}));
  CHECK_FALSE(uut.add(orders, {"bob", "day"}));
  CHECK(uut.all().size() == 1);
  CHECK(uut.find(third)->second == pause_table::pause{"bob", "day"});
}

TEST_CASE("a pause of what the group does not read is refused, and says why") {
  std::vector<std::string> topics{"orders"};
  CHECK(pause_table::wrong_with(all, topics).empty());
  CHECK(pause_table::wrong_with(orders, topics).empty());
  CHECK(pause_table::wrong_with(third, topics).empty());
  CHECK(pause_table::wrong_with({"bills", 0}, topics)
        == "topic bills: the group does not read it");
  CHECK(pause_table::wrong_with({{}, 3}, topics)
        == "partition 3 of no topic: name its topic, or no partition");
  CHECK(pause_table::wrong_with({"orders", -2}, topics)
        == "partition -2: from 0, or none for all of the topic");
}
