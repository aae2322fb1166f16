#include "support/catch.hpp"

#include <cafka/message_handler.hpp>

#include <caf/settings.hpp>

#include <stdexcept>

using namespace cafka;

namespace {

/// Notes what it was built from.
class noted : public message_handler {
public:
  noted(const handler_context& context, std::vector<std::string>& notes,
        const std::string& word) {
    notes.push_back(context.identity.topic + " " + word + " "
                    + caf::get_or(context.init_args, "arg", std::string{}));
  }
  handler_answer handle(const message_batch&) override {
    return handler_answer::ack();
  }
};

/// What a handler of `f` answers to a batch of these offsets.
template <class F>
handler_answer
answer_of(F f, const std::vector<offset_t>& offsets, bool revoked = false) {
  record_block::builder block;
  for (auto x : offsets)
    block.add(x, "key", "value");
  auto notice = std::make_shared<revocation_notice>();
  if (revoked)
    notice->announce({});
  auto identity = std::make_shared<const partition_identity>();
  message_batch batch{identity, notice, block.finish(), {}, 1};
  return make_handler(f)({})->handle(batch);
}

using kind = handler_answer::kind;

void nothing_of_a_batch(const message_batch&) {
}

} // namespace

TEST_CASE("a handler class is built from its context and what the program "
          "adds, once per worker incarnation") {
  std::vector<std::string> notes;
  auto make = make_handler<noted>(std::ref(notes), std::string{"word"});
  handler_context context{{"g", "t", 0, generation{1}}, {}};
  caf::put(context.init_args, "arg", "first");
  auto first = make(context);
  caf::put(context.init_args, "arg", "second");
  auto second = make(context);
  CHECK(first != second);
  CHECK(notes == std::vector<std::string>{"t word first", "t word second"});
}

TEST_CASE("a function of a batch answers for it, and where it returns nothing "
          "the batch is acked") {
  auto answer = answer_of(
    [](const message_batch& x) {
      return handler_answer::ack_through(x.first_offset());
    },
    {4, 5});
  CHECK(answer.what() == kind::ack_through);
  CHECK(answer.offset() == 4);
  CHECK(answer_of([](const auto&) {}, {4, 5}).what() == kind::ack);
  CHECK(answer_of(nothing_of_a_batch, {4, 5}).what() == kind::ack);
  std::function<handler_answer(const message_batch&)> no_ack
    = [](const message_batch&) { return handler_answer::no_ack(); };
  CHECK(answer_of(no_ack, {4, 5}).what() == kind::no_ack);
}

TEST_CASE("a function of a record gets the records in order and they are "
          "acked") {
  std::vector<offset_t> seen;
  auto answer = answer_of([&](const record& x) { seen.push_back(x.offset()); },
                          {4, 5, 9});
  CHECK(answer.what() == kind::ack);
  CHECK(seen == std::vector<offset_t>{4, 5, 9});
}

TEST_CASE("a function of a record that throws fails at that record") {
  auto throwing = [](record x) {
    if (x.offset() == 5)
      throw std::runtime_error("no luck");
    if (x.offset() == 9)
      throw 42;
  };
  auto answer = answer_of(throwing, {4, 5, 9});
  CHECK(answer.what() == kind::failed_at);
  CHECK(answer.offset() == 5);
  CHECK(answer.cause() == "no luck");
  CHECK(answer.error_class() == "std::runtime_error");
  answer = answer_of(throwing, {9});
  CHECK(answer.what() == kind::failed_at);
  CHECK(answer.offset() == 9);
  CHECK(answer.cause() == "threw something that is not a std::exception");
  CHECK(answer.error_class() == "int");
}

TEST_CASE("a function of one record may reject it") {
  auto rejecting = [](const record& x) {
    if (x.offset() == 5)
      throw record_rejected{5, "no such customer"};
  };
  auto answer = answer_of(rejecting, {4, 5, 9});
  CHECK(answer.what() == kind::reject);
  CHECK(answer.offset() == 5);
  CHECK(answer.cause() == "no such customer");
  CHECK(answer.error_class() == "rejected");
}

TEST_CASE("a function of a record leaves the rest of the batch to others when "
          "its partition is being revoked") {
  std::vector<offset_t> seen;
  auto note = [&](const record& x) { seen.push_back(x.offset()); };
  auto answer = answer_of(note, {4, 5, 9}, /* revoked */ true);
  CHECK(answer.what() == kind::ack_through);
  CHECK(answer.offset() == 4);
  CHECK(seen == std::vector<offset_t>{4});
  CHECK(answer_of(note, {12}, /* revoked */ true).what() == kind::ack);
}

TEST_CASE(
  "who listens is told at once that a partition is given back, and when "
  "it has less time") {
  record_block::builder block;
  block.add(1, "key", "value");
  auto notice = std::make_shared<revocation_notice>();
  message_batch batch{std::make_shared<const partition_identity>(),
                      notice,
                      block.finish(),
                      {},
                      1};
  std::vector<time_point> told;
  auto listen = [&] {
    batch.on_revoked([&](time_point x) { told.push_back(x); });
  };
  time_point first{std::chrono::seconds{1}};
  listen();
  CHECK(told.empty());
  notice->announce(first);
  CHECK(told == std::vector{first});
  listen(); // it is being given back already
  CHECK(told == std::vector{first, first});
  notice->announce(first + std::chrono::seconds{1}); // not longer
  CHECK(told == std::vector{first, first});
  CHECK(batch.revoke_deadline() == first);
  auto nearer = first - std::chrono::milliseconds{1};
  notice->announce(nearer); // a revocation that comes behind a stop
  CHECK(told == std::vector{first, first, nearer, nearer});
  CHECK(batch.revoke_deadline() == nearer);
}
