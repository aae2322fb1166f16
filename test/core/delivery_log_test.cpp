#include "core/delivery_log.hpp"

#include "support/property.hpp"

#include <algorithm>
#include <map>
#include <string>

using namespace cafka;
using namespace cafka::core;

namespace {

using ranges = std::vector<offset_range>;
using indices = std::vector<std::uint32_t>;

// Records from `first` on without holes, each with a value of `bytes`.
delivery_ptr make_delivery(offset_t first, std::size_t records,
                           std::size_t bytes) {
  record_block::builder block;
  std::string value(bytes, 'x');
  for (std::size_t i = 0; i < records; ++i)
    block.add(first + static_cast<offset_t>(i), std::nullopt, value);
  return std::make_shared<delivery>(block.finish());
}

delivery_ptr delivery_at(const std::vector<offset_t>& offsets) {
  record_block::builder block;
  for (auto x : offsets)
    block.add(x, std::nullopt, "0123456789");
  return std::make_shared<delivery>(block.finish());
}

std::vector<offset_t> offsets_of(const redelivery& x) {
  auto& block = *x.from->block;
  std::vector<offset_t> result;
  for (std::uint32_t i = 0; i < block.size(); ++i)
    if (x.indices.empty() || std::ranges::count(x.indices, i) > 0)
      result.push_back(block.offset_at(i));
  return result;
}

std::vector<offset_t> offsets_of(const delivery_log& x) {
  std::vector<offset_t> result;
  for (auto& item : x.redeliveries())
    for (auto offset : offsets_of(item))
      result.push_back(offset);
  return result;
}

using offsets = std::vector<offset_t>;

} // namespace

// -- release ------------------------------------------------------------------

TEST_CASE("an empty log retains, redelivers and pins nothing") {
  delivery_log uut;
  CHECK(uut.retained() == volume{});
  CHECK(uut.redeliveries().empty());
  CHECK(uut.pinned_bytes() == 0);
  CHECK_FALSE(uut.has_dropped());
  CHECK(uut.release(ranges{{0, 100}}) == volume{});
}

TEST_CASE("a delivery is retained whole until something of it is acked") {
  delivery_log uut;
  auto item = make_delivery(5, 4, 10);
  uut.add(item);
  CHECK(uut.retained() == volume{4, 40});
  CHECK(uut.pinned_bytes() == 40);
  auto again = uut.redeliveries();
  REQUIRE(again.size() == 1);
  CHECK(again[0].from == item);
  CHECK(again[0].indices.empty());
}

TEST_CASE("acked records leave the log and free their volume once") {
  delivery_log uut;
  uut.add(make_delivery(5, 4, 10));
  CHECK(uut.release(ranges{{5, 7}}) == volume{2, 20});
  CHECK(uut.release(ranges{{5, 7}}) == volume{});
  CHECK(uut.release(ranges{{0, 8}}) == volume{1, 10});
  CHECK(uut.retained() == volume{1, 10});
}

TEST_CASE("a log whose records are all acked is empty") {
  delivery_log uut;
  uut.add(make_delivery(5, 4, 10));
  CHECK(uut.release(ranges{{5, 9}}) == volume{4, 40});
  CHECK(uut.retained() == volume{});
  CHECK(uut.redeliveries().empty());
  CHECK(uut.pinned_bytes() == 0);
}

TEST_CASE("one ack may reach over several deliveries and their holes") {
  delivery_log uut;
  uut.add(delivery_at({1, 3, 5}));
  uut.add(delivery_at({10, 12, 14}));
  uut.add(delivery_at({20, 22, 24}));
  CHECK(uut.release(ranges{{4, 21}}) == volume{5, 50});
  CHECK(offsets_of(uut) == offsets{1, 3, 22, 24});
}

TEST_CASE("ranges that hold no record free nothing") {
  delivery_log uut;
  uut.add(delivery_at({1, 3}));
  uut.add(delivery_at({10, 12}));
  CHECK(uut.release(ranges{{0, 1}, {2, 3}, {4, 10}, {13, 99}}) == volume{});
  CHECK(uut.redeliveries()[0].indices.empty());
}

TEST_CASE("a redelivery names the records that are left, in order") {
  delivery_log uut;
  uut.add(make_delivery(0, 5, 10));
  uut.add(make_delivery(5, 2, 10));
  uut.release(ranges{{1, 2}, {3, 4}});
  auto again = uut.redeliveries();
  REQUIRE(again.size() == 2);
  CHECK(again[0].indices == indices{0, 2, 4});
  CHECK(again[1].indices.empty());
  CHECK(offsets_of(uut) == offsets{0, 2, 4, 5, 6});
}

// -- compaction ---------------------------------------------------------------

TEST_CASE("a block is copied out when a quarter of its bytes is left") {
  delivery_log uut;
  auto item = make_delivery(0, 8, 10);
  uut.add(item);
  uut.release(ranges{{0, 5}});
  CHECK(uut.pinned_bytes() == 80);
  CHECK(uut.redeliveries()[0].from == item);
  uut.release(ranges{{5, 6}});
  CHECK(uut.pinned_bytes() == 20);
  CHECK(uut.retained() == volume{2, 20});
  CHECK(uut.redeliveries()[0].indices.empty());
  CHECK(offsets_of(uut) == offsets{6, 7});
}

TEST_CASE("a block that is copied out is no longer kept alive by the log") {
  delivery_log uut;
  auto item = make_delivery(0, 8, 10);
  std::weak_ptr<const record_block> block = item->block;
  uut.add(item);
  uut.release(ranges{{0, 7}});
  CHECK_FALSE(block.expired());
  item.reset();
  CHECK(block.expired());
}

TEST_CASE("a block without bytes is copied out by its record count") {
  delivery_log uut;
  auto item = make_delivery(0, 8, 0);
  uut.add(item);
  uut.release(ranges{{0, 5}});
  CHECK(uut.redeliveries()[0].from == item);
  uut.release(ranges{{5, 6}});
  CHECK(uut.redeliveries()[0].from != item);
  CHECK(offsets_of(uut) == offsets{6, 7});
  CHECK(uut.retained() == volume{2, 0});
}

TEST_CASE("a record without bytes does not pin those of its neighbours") {
  delivery_log uut;
  record_block::builder block;
  block.add(0, std::nullopt, "large").add(1, std::nullopt, std::nullopt);
  uut.add(std::make_shared<delivery>(block.finish()));
  uut.release(ranges{{0, 1}});
  CHECK(uut.pinned_bytes() == 0);
  CHECK(offsets_of(uut) == offsets{1});
}

TEST_CASE("what is copied out shares the count of calls with its origin") {
  delivery_log uut;
  auto item = make_delivery(0, 8, 10);
  item->begin_call({});
  uut.add(item);
  uut.release(ranges{{0, 7}});
  auto rest = uut.redeliveries()[0].from;
  REQUIRE(rest != item);
  CHECK(rest->calls({}) == 1);
  item->begin_call({});
  CHECK(rest->calls({}) == 2);
}

TEST_CASE("a call with some records of a delivery counts for those alone") {
  auto item = make_delivery(0, 8, 10);
  item->begin_call({});
  item->begin_call({2});
  item->begin_call({2, 3});
  CHECK(item->calls({1}) == 1);
  CHECK(item->calls({2}) == 3);
  CHECK(item->calls({3, 4}) == 2);
  CHECK(item->calls({}) == 3);
}

TEST_CASE("calls with what is left of a delivery count for its records alone") {
  auto item = make_delivery(10, 6, 1);
  item->begin_call({});
  item->begin_call({2, 3, 4, 5});
  item->begin_call({4, 5});
  item->begin_call({1, 3});
  CHECK(item->calls({0}) == 1);
  CHECK(item->calls({1}) == 2);
  CHECK(item->calls({2}) == 2);
  CHECK(item->calls({0, 1, 2}) == 2);
  CHECK(item->calls({0, 2}) == 2);
  CHECK(item->calls({3}) == 3);
  CHECK(item->calls({4, 5}) == 3);
  CHECK(item->calls({}) == 3);
}

TEST_CASE("what is copied out can be released and copied out again") {
  delivery_log uut;
  uut.add(make_delivery(0, 16, 10));
  uut.release(ranges{{0, 6}, {10, 16}});
  CHECK(uut.pinned_bytes() == 40);
  CHECK(uut.release(ranges{{5, 8}, {9, 12}}) == volume{3, 30});
  CHECK(uut.pinned_bytes() == 10);
  CHECK(offsets_of(uut) == offsets{8});
  CHECK(uut.release(ranges{{0, 16}}) == volume{1, 10});
}

// -- drop ---------------------------------------------------------------------

TEST_CASE("a dropped delivery leaves the log, which then knows of a gap") {
  delivery_log uut;
  auto first = make_delivery(0, 4, 10);
  uut.add(first);
  uut.add(make_delivery(4, 2, 10));
  uut.release(ranges{{0, 1}});
  CHECK(uut.drop(first) == volume{3, 30});
  CHECK(uut.has_dropped());
  CHECK(uut.retained() == volume{2, 20});
  CHECK(offsets_of(uut) == offsets{4, 5});
}

TEST_CASE("dropping what is acked already leaves no gap") {
  delivery_log uut;
  auto item = make_delivery(0, 4, 10);
  uut.add(item);
  uut.release(ranges{{0, 4}});
  CHECK(uut.drop(item) == volume{});
  CHECK_FALSE(uut.has_dropped());
}

TEST_CASE("a delivery can be dropped only once") {
  delivery_log uut;
  auto item = make_delivery(0, 4, 10);
  uut.add(item);
  uut.drop(item);
  CHECK(uut.drop(item) == volume{});
}

TEST_CASE("records that were dropped free nothing when they are acked") {
  delivery_log uut;
  auto item = make_delivery(0, 4, 10);
  uut.add(item);
  uut.add(make_delivery(4, 4, 10));
  uut.drop(item);
  CHECK(uut.release(ranges{{0, 6}}) == volume{2, 20});
  CHECK(uut.has_dropped());
}

TEST_CASE("a delivery is dropped by any of its handles after a compaction") {
  delivery_log uut;
  auto original = make_delivery(4, 16, 10);
  uut.add(make_delivery(0, 4, 10));
  uut.add(original);
  uut.add(make_delivery(20, 1, 10));
  uut.release(ranges{{4, 16}});
  auto once = uut.redeliveries()[1].from;
  uut.release(ranges{{17, 20}});
  auto twice = uut.redeliveries()[1].from;
  REQUIRE(original != once);
  REQUIRE(once != twice);
  for (auto& handle : {original, once, twice}) {
    auto copy = uut;
    CHECK(copy.drop(handle) == volume{1, 10});
    CHECK(offsets_of(copy) == offsets{0, 1, 2, 3, 20});
  }
}

TEST_CASE("a handle from before a clear drops nothing of what came since") {
  delivery_log uut;
  auto old = make_delivery(0, 4, 10);
  uut.add(old);
  uut.clear();
  uut.add(make_delivery(0, 4, 10));
  CHECK(uut.drop(old) == volume{});
  CHECK_FALSE(uut.has_dropped());
  CHECK(uut.retained() == volume{4, 40});
}

TEST_CASE("a clear forgets deliveries and gaps") {
  delivery_log uut;
  auto item = make_delivery(0, 4, 10);
  uut.add(item);
  uut.add(make_delivery(4, 4, 10));
  uut.drop(item);
  uut.clear();
  CHECK_FALSE(uut.has_dropped());
  CHECK(uut.retained() == volume{});
  CHECK(uut.redeliveries().empty());
}

// -- with its window, against a model that keeps every record -----------------

namespace {

struct naive_record {
  std::string value;
  std::size_t origin = 0; // number of its delivery
};

struct naive_log {
  std::map<offset_t, naive_record> left;
  std::vector<std::uint32_t> calls; // by number of delivery
  bool has_dropped = false;
  offset_t next = 0;
  // Every handle ever given out, with the number of its delivery.
  std::vector<std::pair<delivery_ptr, std::size_t>> handles;

  volume retained() const {
    volume result;
    for (auto& [offset, x] : left)
      result += {1, x.value.size()};
    return result;
  }
};

struct fixture {
  delivery_log log;
  flow_window window{10, 100};
  naive_log model;
};

void add_any(fixture& f) {
  auto origin = f.model.calls.size();
  auto records = *rc::gen::inRange(1, 12);
  auto bytes_max = *rc::gen::element(1, 2, 40);
  record_block::builder block;
  for (int i = 0; i < records; ++i) {
    f.model.next += *rc::gen::inRange(0, 3);
    auto offset = f.model.next++;
    auto bytes = static_cast<std::size_t>(*rc::gen::inRange(0, bytes_max));
    std::string value(bytes, static_cast<char>('a' + offset % 26));
    block.add(offset, std::nullopt, value);
    f.model.left[offset] = {value, origin};
  }
  auto item = std::make_shared<delivery>(block.finish());
  f.window.add({item->block->size(), item->block->size_bytes()});
  f.log.add(item);
  f.model.calls.push_back(0);
  f.model.handles.emplace_back(std::move(item), origin);
}

void release_any(fixture& f) {
  range_set acked;
  auto count = *rc::gen::inRange(1, 4);
  for (int i = 0; i < count; ++i) {
    auto first = *rc::gen::inRange<offset_t>(0, f.model.next + 1);
    acked.insert({first, first + *rc::gen::inRange<offset_t>(1, 20)});
  }
  auto before = f.model.retained();
  std::erase_if(f.model.left,
                [&](auto& kvp) { return acked.contains(kvp.first); });
  auto freed = f.log.release(acked.ranges());
  before -= freed;
  RC_ASSERT(before == f.model.retained());
  f.window.free(freed);
}

void drop_any(fixture& f) {
  if (f.model.handles.empty())
    return;
  auto picked = *rc::gen::elementOf(f.model.handles);
  auto before = f.model.retained();
  auto dropped = std::erase_if(f.model.left, [&](auto& kvp) {
    return kvp.second.origin == picked.second;
  });
  f.model.has_dropped |= dropped > 0;
  auto freed = f.log.drop(picked.first);
  before -= freed;
  RC_ASSERT(before == f.model.retained());
  f.window.free(freed);
}

// A worker begins a call with a handle that was given out at any time.
void call_any(fixture& f) {
  if (f.model.handles.empty())
    return;
  auto picked = *rc::gen::elementOf(f.model.handles);
  picked.first->begin_call({});
  ++f.model.calls[picked.second];
}

// A successor takes handles of what is retained.
void redeliver(fixture& f) {
  for (auto& x : f.log.redeliveries()) {
    auto offset = offsets_of(x).front();
    f.model.handles.emplace_back(x.from, f.model.left.at(offset).origin);
  }
}

// A seek back to the lowest record that is not acked.
void clear(fixture& f) {
  f.log.clear();
  f.window = flow_window{10, 100};
  if (!f.model.left.empty())
    f.model.next = f.model.left.begin()->first;
  f.model.left.clear();
  f.model.has_dropped = false;
}

void step(fixture& f) {
  switch (*rc::gen::inRange(0, 20)) {
    case 0:
      clear(f);
      break;
    case 1:
    case 2:
      drop_any(f);
      break;
    case 3:
    case 4:
      redeliver(f);
      break;
    case 5:
    case 6:
      call_any(f);
      break;
    case 7:
    case 8:
    case 9:
    case 10:
    case 11:
    case 12:
      add_any(f);
      break;
    default:
      release_any(f);
  }
}

// Each record that is left is redelivered once, in order, with its own bytes
// and the calls of its own delivery.
void check_redeliveries(const fixture& f) {
  std::shared_ptr<const partition_identity> unknown;
  auto expected = f.model.left.begin();
  for (auto& x : f.log.redeliveries()) {
    auto left = offsets_of(x);
    RC_ASSERT(!left.empty());
    for (auto offset : left) {
      RC_ASSERT(expected != f.model.left.end());
      RC_ASSERT(offset == expected->first);
      record view{*x.from->block, x.from->block->lower_bound(offset), 1,
                  unknown};
      RC_ASSERT(view.value() == optional_bytes{expected->second.value});
      RC_ASSERT(x.from->calls({}) == f.model.calls[expected->second.origin]);
      ++expected;
    }
  }
  RC_ASSERT(expected == f.model.left.end());
}

void check_same(const fixture& f) {
  auto retained = f.model.retained();
  RC_ASSERT(f.log.retained() == retained);
  RC_ASSERT(f.window.used() == retained);
  RC_ASSERT(f.window.open()
            == (retained.records <= 10 || retained.bytes <= 100));
  RC_ASSERT(f.log.has_dropped() == f.model.has_dropped);
  RC_ASSERT(f.log.pinned_bytes() >= retained.bytes);
  RC_ASSERT(f.log.pinned_bytes() <= 4 * retained.bytes);
  check_redeliveries(f);
}

} // namespace

TEST_CASE("the log and its window always hold exactly what is not acked") {
  cafka::test::check_property("delivery_log", [] {
    fixture f;
    auto steps = *rc::gen::inRange(1, 50);
    for (int i = 0; i < steps; ++i) {
      step(f);
      check_same(f);
    }
  });
}

TEST_CASE("some records are left out of what comes again, and one is found "
          "alone") {
  delivery_log log;
  record_block::builder first;
  record_block::builder second;
  for (offset_t x : {0, 1, 4})
    first.add(x, std::nullopt, "v");
  second.add(6, std::nullopt, "v");
  log.add(std::make_shared<delivery>(first.finish()));
  log.add(std::make_shared<delivery>(second.finish()));
  range_set some;
  some.insert({0, 2});
  auto next = log.next_redelivery(-1, some);
  REQUIRE(next);
  CHECK(next->indices == std::vector<std::uint32_t>{2});
  some.insert({4, 5});
  next = log.next_redelivery(-1, some);
  REQUIRE(next);
  CHECK(next->from->block->offset_at(0) == 6);
  some.insert({6, 7});
  CHECK_FALSE(log.next_redelivery(-1, some));
  auto found = log.find(4);
  REQUIRE(found);
  CHECK(found->indices == std::vector<std::uint32_t>{2});
  CHECK_FALSE(log.find(3));
  CHECK(log.drop(offset_range{4, 5}) == volume{1, 1});
  CHECK(log.has_dropped());
  CHECK_FALSE(log.find(4));
  CHECK(log.find(1));
}
