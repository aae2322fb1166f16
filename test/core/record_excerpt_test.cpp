#include "core/record_excerpt.hpp"

#include "support/catch.hpp"

#include <memory>
#include <string>

using namespace cafka;
using namespace cafka::core;

namespace {

using headers = std::vector<header>;

/// A record of its own, and what of it is shown in so many bytes.
record_excerpt excerpt(optional_bytes key, optional_bytes value,
                       const headers& more = {}, std::size_t bytes_max = 40) {
  record_block::builder builder;
  builder.add(7, key, value, 1'700, timestamp_type::create_time);
  for (auto& x : more)
    builder.add_header(x.name, x.value);
  auto block = builder.finish();
  auto identity = std::make_shared<const partition_identity>(
    partition_identity{"g", "t", 0, generation{1}});
  return excerpt_of({*block, 0, 1, identity, 3}, bytes_max);
}

std::size_t bytes_in(const record_excerpt& x) {
  auto result = x.key.begin.size() + x.value.begin.size();
  for (auto& header : x.headers)
    result += header.name.size() + header.value.begin.size();
  return result;
}

} // namespace

TEST_CASE("an excerpt of a small record has all of it") {
  auto x = excerpt("k", "v", {{"a", "1"}, {"b", std::nullopt}});
  CHECK(x.offset == 7);
  CHECK(x.failures == 3);
  CHECK(x.timestamp_ms == 1'700);
  CHECK(x.key.begin == "k");
  CHECK(x.value.begin == "v");
  CHECK_FALSE(x.value.is_null);
  CHECK(x.value.size == 1);
  REQUIRE(x.headers.size() == 2);
  CHECK(x.headers[0].name == "a");
  CHECK(x.headers[0].value.begin == "1");
  CHECK(x.headers[1].value.is_null);
  CHECK(x.header_count == 2);
}

TEST_CASE("a null in an excerpt is not an empty text") {
  auto x = excerpt(std::nullopt, "");
  CHECK(x.key.is_null);
  CHECK_FALSE(x.value.is_null);
  CHECK(x.value.size == 0);
}

TEST_CASE("an excerpt has so many bytes at most, of which the value has what "
          "the key and the headers leave") {
  std::string large(1'000, 'x');
  auto x = excerpt(large, large, {{"a", large}, {"b", large}, {large, "1"}});
  CHECK(x.key.begin.size() == 10);
  CHECK(x.key.size == 1'000);
  CHECK(bytes_in(x) == 40);
  CHECK(x.headers.size() == 1); // no name is cut
  CHECK(x.header_count == 3);
  CHECK(excerpt("", large).value.begin.size() == 40);
  std::string huge(record_excerpt_bytes_max, 'x');
  CHECK(bytes_in(excerpt(huge, huge, {}, record_excerpt_bytes_max))
        == record_excerpt_bytes_max);
}

TEST_CASE("an excerpt cuts text before a character, and other bytes anywhere") {
  std::string text(39, 'x');
  CHECK(excerpt({}, text + "\xe2\x82\xac").value.begin == text);
  CHECK(excerpt({}, text + "ab").value.begin == text + "a");
  CHECK(excerpt({}, std::string(50, '\x80')).value.begin.size() == 40);
}
