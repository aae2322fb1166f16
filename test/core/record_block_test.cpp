#include "support/catch.hpp"

#include <cafka/message_batch.hpp>
#include <cafka/record.hpp>

#include <limits>
#include <string>

using namespace cafka;
using namespace std::chrono_literals;

namespace {

using builder = record_block::builder;
using block_ptr = std::shared_ptr<const record_block>;

block_ptr block_of(offset_t offset, optional_bytes key, optional_bytes value) {
  return builder{}.add(offset, key, value).finish();
}

record record_of(const block_ptr& x, std::size_t index,
                 std::uint32_t delivery_count = 1) {
  static const auto identity = std::make_shared<const partition_identity>(
    partition_identity{"g", "t", 3, generation{7}});
  return {*x, index, delivery_count, identity};
}

record first_of(const block_ptr& x) {
  return record_of(x, 0);
}

block_ptr block_at(std::initializer_list<offset_t> offsets) {
  builder result;
  for (auto x : offsets)
    result.add(x, std::nullopt, "v");
  return result.finish();
}

} // namespace

TEST_CASE("a record knows its failures, and a batch those of each") {
  record_block::builder block;
  for (offset_t x : {4, 5, 9})
    block.add(x, "key", "value");
  auto notice = std::make_shared<revocation_notice>();
  auto identity = std::make_shared<const partition_identity>();
  message_batch batch{identity, notice, block.finish(), {1, 2}, 2, {{9, 3}}};
  CHECK(batch[0].failure_count() == 0);
  CHECK(batch[1].failure_count() == 3);
  CHECK(batch[1].keep().view().failure_count() == 3);
}

TEST_CASE("a builder to which nothing was added gives an empty block") {
  auto uut = builder{}.finish();
  CHECK(uut->empty());
  CHECK(uut->size() == 0);
  CHECK(uut->size_bytes() == 0);
  CHECK(uut->lower_bound(0) == 0);
}

TEST_CASE("a record gives back its offset, key, value and delivery count") {
  auto block = block_of(7, "key", "value");
  auto uut = record_of(block, 0, 3);
  CHECK(uut.offset() == 7);
  CHECK(uut.key() == "key");
  CHECK(uut.value() == "value");
  CHECK(uut.delivery_count() == 3);
  CHECK(uut.header_count() == 0);
}

TEST_CASE("null differs from empty in keys and values") {
  auto nulls = block_of(0, std::nullopt, std::nullopt);
  CHECK(first_of(nulls).key() == std::nullopt);
  CHECK(first_of(nulls).value() == std::nullopt);
  auto empties = block_of(0, "", "");
  CHECK(first_of(empties).key() == "");
  CHECK(first_of(empties).value() == "");
  CHECK(first_of(empties).value()->data() != nullptr);
}

TEST_CASE("bytes may hold zeros") {
  std::string bytes{"a\0b", 3};
  auto block = block_of(0, bytes, bytes);
  CHECK(first_of(block).key() == bytes);
  CHECK(first_of(block).value() == bytes);
}

TEST_CASE("a block owns the bytes of its records") {
  std::string bytes = "a value that is too long for a small string";
  auto block = block_of(0, std::nullopt, bytes);
  bytes.assign(bytes.size(), 'x');
  CHECK(first_of(block).value()
        == "a value that is too long for a small string");
}

TEST_CASE("a timestamp has a kind, and a negative one is none") {
  auto block = builder{}
                 .add(0, {}, {}, 1500, timestamp_type::create_time)
                 .add(1, {}, {}, 0, timestamp_type::log_append_time)
                 .add(2, {}, {}, -1, timestamp_type::create_time)
                 .add(3, {}, {})
                 .finish();
  CHECK(record_of(block, 0).timestamp() == 1500ms);
  CHECK(record_of(block, 0).timestamp_kind() == timestamp_type::create_time);
  CHECK(record_of(block, 1).timestamp() == 0ms);
  CHECK(record_of(block, 1).timestamp_kind()
        == timestamp_type::log_append_time);
  CHECK(record_of(block, 2).timestamp() == std::nullopt);
  CHECK(record_of(block, 2).timestamp_kind() == timestamp_type::none);
  CHECK(record_of(block, 3).timestamp() == std::nullopt);
}

TEST_CASE("headers keep their order, repeated names and null values") {
  auto block = builder{}
                 .add(0, "k", "v")
                 .add_header("a", "1")
                 .add_header("a", std::nullopt)
                 .add_header("", "")
                 .add(1, "k", "v")
                 .add(2, "k", "v")
                 .add_header("b", "2")
                 .finish();
  auto uut = record_of(block, 0, 1);
  REQUIRE(uut.header_count() == 3);
  CHECK(uut.header_at(0).name == "a");
  CHECK(uut.header_at(0).value == "1");
  CHECK(uut.header_at(1).name == "a");
  CHECK(uut.header_at(1).value == std::nullopt);
  CHECK(uut.header_at(2).name.empty());
  CHECK(uut.header_at(2).value == "");
  CHECK(record_of(block, 1).header_count() == 0);
  REQUIRE(record_of(block, 2).header_count() == 1);
  CHECK(record_of(block, 2).header_at(0).name == "b");
}

TEST_CASE("a record counts its key, value, header names and header values") {
  builder building;
  building.add(0, "key", "value").add_header("name", "xy");
  building.add(1, std::nullopt, std::nullopt);
  building.add(2, "k", std::nullopt).add_header("n", std::nullopt);
  CHECK(building.size() == 3);
  CHECK(building.size_bytes() == 16);
  auto block = building.finish();
  CHECK(block->size_bytes_at(0) == 14);
  CHECK(block->size_bytes_at(1) == 0);
  CHECK(block->size_bytes_at(2) == 2);
  CHECK(block->size_bytes() == 16);
  CHECK(first_of(block).size_bytes() == 14);
}

TEST_CASE("a builder is empty after it gave its block and can be used again") {
  builder uut;
  auto first = uut.add(5, "k", "v").finish();
  CHECK(uut.size() == 0);
  CHECK(uut.size_bytes() == 0);
  auto second = uut.add(1, "other", "v").finish();
  CHECK(first->offset_at(0) == 5);
  CHECK(first_of(second).key() == "other");
}

TEST_CASE("reserved room is used without moving what is stored") {
  builder uut;
  uut.reserve(2, 2);
  auto block = uut.add(0, "a", {}).add(1, {}, "b").finish();
  CHECK(record_of(block, 0).key() == "a");
  CHECK(record_of(block, 1).value() == "b");
}

TEST_CASE("lower_bound finds the first record at or above an offset") {
  auto uut = block_at({3, 5, 9});
  CHECK(uut->lower_bound(std::numeric_limits<offset_t>::min()) == 0);
  CHECK(uut->lower_bound(3) == 0);
  CHECK(uut->lower_bound(4) == 1);
  CHECK(uut->lower_bound(5) == 1);
  CHECK(uut->lower_bound(9) == 2);
  CHECK(uut->lower_bound(10) == 3);
}

TEST_CASE("a copied record equals its model and outlives its block") {
  auto from = builder{}
                .add(1, "skipped", "skipped")
                .add_header("skipped", "skipped")
                .add(2, std::nullopt, "value", 99, timestamp_type::create_time)
                .add_header("h", std::nullopt)
                .add_header("i", "j")
                .finish();
  auto copy = builder{}.add_copy(*from, 1).finish();
  from.reset();
  REQUIRE(copy->size() == 1);
  auto uut = first_of(copy);
  CHECK(uut.offset() == 2);
  CHECK(uut.key() == std::nullopt);
  CHECK(uut.value() == "value");
  CHECK(uut.timestamp() == 99ms);
  CHECK(uut.timestamp_kind() == timestamp_type::create_time);
  REQUIRE(uut.header_count() == 2);
  CHECK(uut.header_at(0).name == "h");
  CHECK(uut.header_at(0).value == std::nullopt);
  CHECK(uut.header_at(1).value == "j");
  CHECK(uut.size_bytes() == 8);
}

TEST_CASE("a kept record lives on without its batch, and in copies") {
  auto block = builder{}
                 .add(1, "k1", "v1")
                 .add(2, "k2", "v2")
                 .add_header("h", "x")
                 .finish();
  std::weak_ptr<const record_block> pinned = block;
  auto kept = std::make_unique<owned_record>(record_of(block, 1, 4).keep());
  block.reset();
  CHECK(pinned.expired());
  auto copy = *kept;
  kept.reset();
  CHECK(copy.view().offset() == 2);
  CHECK(copy.view().key() == "k2");
  CHECK(copy.view().value() == "v2");
  CHECK(copy.view().header_at(0).value == "x");
  CHECK(copy.view().delivery_count() == 4);
}

TEST_CASE("a record knows its partition, and its id is its place in the "
          "cluster") {
  auto block = block_of(12, "k", "v");
  auto uut = first_of(block);
  CHECK(uut.topic() == "t");
  CHECK(uut.partition() == 3);
  CHECK(uut.generation() == generation{7});
  CHECK(uut.id() == "t-3@12");
}

TEST_CASE("a kept record knows its partition when its batch has gone, and so "
          "does a view of a copy") {
  auto block = block_of(12, "k", "v");
  auto identity = std::make_shared<const partition_identity>(
    partition_identity{"g", "orders", 3, generation{7}});
  auto kept
    = std::make_unique<owned_record>(record(*block, 0, 1, identity).keep());
  block.reset();
  identity.reset();
  auto copy = *kept;
  auto view = kept->view();
  kept.reset();
  CHECK(copy.topic() == "orders");
  CHECK(copy.partition() == 3);
  CHECK(copy.offset() == 12);
  CHECK(copy.id() == "orders-3@12");
  CHECK(view.id() == "orders-3@12");
  CHECK(view.generation() == generation{7});
}
