#include "support/catch.hpp"

#include <cafka/ack_result.hpp>
#include <cafka/errc.hpp>

#include <set>
#include <string>

using namespace cafka;

namespace {

// Names of all enumerators from 0 to `last`.
template <class Enum>
std::multiset<std::string> names_up_to(Enum last) {
  std::multiset<std::string> result;
  for (int i = 0; i <= static_cast<int>(last); ++i)
    result.insert(to_string(static_cast<Enum>(i)));
  return result;
}

bool all_differ(const std::multiset<std::string>& xs) {
  return std::set<std::string>(xs.begin(), xs.end()).size() == xs.size();
}

} // namespace

TEST_CASE("every ack result has the name of its enumerator") {
  CHECK(to_string(ack_result::accepted) == "accepted");
  CHECK(to_string(ack_result::already_acked) == "already_acked");
  CHECK(to_string(ack_result::not_held) == "not_held");
  CHECK(to_string(ack_result::stale_generation) == "stale_generation");
  CHECK(to_string(ack_result::negative_offset) == "negative_offset");
  CHECK(to_string(ack_result::below_watermark) == "below_watermark");
  CHECK(to_string(ack_result::beyond_delivered) == "beyond_delivered");
  CHECK(to_string(ack_result::not_delivered) == "not_delivered");
  CHECK(to_string(ack_result::withheld) == "withheld");
}

TEST_CASE("every error code has a name of its own") {
  auto names = names_up_to(errc::record_rejected);
  CHECK(all_differ(names));
  CHECK(names.count("unknown") == 0);
  CHECK(to_string(errc::none) == "none");
  CHECK(to_string(errc::stale_membership) == "stale_membership");
  CHECK(to_string(errc::calls_outlived_stop) == "calls_outlived_stop");
  CHECK(to_string(errc::dead_letter_topic_missing)
        == "dead_letter_topic_missing");
}

TEST_CASE("a code that another process made up is named unknown") {
  CHECK(to_string(static_cast<ack_result>(200)) == "unknown");
  CHECK(to_string(static_cast<errc>(200)) == "unknown");
}

TEST_CASE(
  "an accepted, repeated or withheld ack is no refusal, all others are") {
  CHECK_FALSE(is_refused(ack_result::accepted));
  CHECK_FALSE(is_refused(ack_result::already_acked));
  CHECK_FALSE(is_refused(ack_result::withheld));
  CHECK(is_refused(ack_result::not_held));
  CHECK(is_refused(ack_result::stale_generation));
  CHECK(is_refused(ack_result::negative_offset));
  CHECK(is_refused(ack_result::below_watermark));
  CHECK(is_refused(ack_result::beyond_delivered));
  CHECK(is_refused(ack_result::not_delivered));
}

TEST_CASE("only errors that no restart mends or is meant to are permanent") {
  std::set<errc> permanent;
  for (int i = 0; i <= static_cast<int>(errc::record_rejected); ++i)
    if (is_permanent(static_cast<errc>(i)))
      permanent.insert(static_cast<errc>(i));
  CHECK(permanent
        == std::set{errc::invalid_config, errc::name_taken,
                    errc::authentication, errc::authorization,
                    errc::fenced_instance, errc::partition_exhausted,
                    errc::dead_letter_topic_missing});
}
