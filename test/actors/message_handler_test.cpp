#include "support/catch.hpp"

#include <cafka/message_handler.hpp>

#include <caf/settings.hpp>

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

} // namespace

TEST_CASE("a handler class is built from its context and what the program "
          "adds, once per worker life") {
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
