#include "control/target.hpp"

#include "support/catch.hpp"

using namespace cafka;
using namespace cafka::control;

namespace {

status_view groups_of(std::vector<std::string> names) {
  status_view result;
  for (auto& name : names)
    result.groups.emplace_back().name = name;
  return result;
}

} // namespace

TEST_CASE("a partition is named by its topic and its number, and a topic "
          "alone") {
  CHECK(parse_partition("orders/3") == topic_partition{"orders", 3});
  CHECK(parse_partition("orders") == topic_partition{"orders", -1});
  for (auto* text : {"", "/", "/3", "orders/", "orders/-1", "orders/x",
                     "orders/3x", "orders/99999999999", "a/b/3"})
    CHECK_FALSE(parse_partition(text));
}

TEST_CASE("without a name the only group is meant, and else it is said which "
          "there are") {
  std::string wrong;
  auto one = groups_of({"orders"});
  CHECK(choose_group(one, "", wrong) == &one.groups[0]);
  auto two = groups_of({"orders", "billing"});
  CHECK(choose_group(two, "billing", wrong) == &two.groups[1]);
  CHECK(choose_group(two, "", wrong) == nullptr);
  CHECK(wrong
        == "several groups run there, and --group says which: orders, billing");
  CHECK(choose_group(two, "x", wrong) == nullptr);
  CHECK(wrong
        == "--group x: no group of this name runs there; orders, billing do");
  CHECK(choose_group({}, "", wrong) == nullptr);
  CHECK(wrong == "no group runs there");
}

TEST_CASE("of a partition that is not held it is said which are") {
  group_view group;
  group.name = "g";
  std::string wrong;
  CHECK(choose_partition(group, {"t", 0}, wrong) == nullptr);
  CHECK_THAT(wrong,
             test::has_text("this member of group g holds no partition"));
  for (partition_t i : {5, 0, 1, 2})
    group.partitions.emplace_back().tp = {"t", i};
  group.partitions.emplace_back().tp = {"u", 7};
  CHECK(choose_partition(group, {"t", 1}, wrong) == &group.partitions[2]);
  CHECK(choose_partition(group, {"t", 3}, wrong) == nullptr);
  CHECK(wrong
        == "t/3: this member of group g holds t/0 to 2, 5; u/7. Another member "
           "may hold it");
}
