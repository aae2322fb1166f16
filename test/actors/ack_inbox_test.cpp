#include "actors/group_supervisor/ack_inbox.hpp"
#include "support/catch.hpp"

using namespace cafka;
using namespace cafka::actors;

namespace {

any_ack of_offset(offset_t x) {
  return ack{"t", 0, {1}, x};
}

std::vector<offset_t> offsets_of(const std::vector<any_ack>& acks) {
  std::vector<offset_t> result;
  for (auto& x : acks)
    result.push_back(std::get<ack>(x).offset);
  return result;
}

} // namespace

TEST_CASE("acks wait in their inbox in order, and the first calls its owner") {
  ack_inbox inbox;
  CHECK(inbox.put(of_offset(7)));
  CHECK_FALSE(inbox.put(of_offset(3)));
  CHECK(inbox.size() == 2);
  CHECK(offsets_of(inbox.take()) == std::vector<offset_t>{7, 3});
  CHECK(inbox.size() == 0);
  CHECK(inbox.put(of_offset(4))); // the owner may be gone to sleep
  CHECK(offsets_of(inbox.take()) == std::vector<offset_t>{4});
  CHECK(inbox.take().empty());
}

TEST_CASE("a closed inbox drops acks") {
  ack_inbox inbox;
  CHECK(inbox.put(of_offset(7)));
  inbox.close();
  CHECK_FALSE(inbox.put(of_offset(8)));
  CHECK(inbox.take().empty());
}

TEST_CASE("acks that want no answer are taken out of their messages") {
  auto message = [](auto x, caf::message_id id = caf::make_message_id()) {
    return caf::make_mailbox_element(nullptr, id, {}, std::move(x));
  };
  auto one = ack_in(*message(ack{"t", 2, {1}, 7}));
  REQUIRE(one);
  CHECK(std::get<ack>(*one).topic == "t");
  CHECK(std::get<ack>(*one).partition == 2);
  CHECK(std::get<ack>(*one).offset == 7);
  auto more = ack_in(*message(ack_individual{"t", 2, {1}, {7, 9}}));
  REQUIRE(more);
  CHECK(std::get<ack_individual>(*more).offsets == std::vector<offset_t>{7, 9});
  CHECK_FALSE(ack_in(*message(get_status{})));
  auto request = caf::make_message_id(1);
  REQUIRE(request.is_request());
  CHECK_FALSE(ack_in(*message(ack{"t", 2, {1}, 7}, request)));
}

TEST_CASE("what several receivers were sent is left to the others") {
  auto shared = caf::make_message(ack{"t", 2, {1}, 7});
  for (auto i = 0; i < 2; ++i) {
    auto one = ack_in(
      *caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, shared));
    REQUIRE(one);
    CHECK(std::get<ack>(*one).topic == "t");
  }
}
