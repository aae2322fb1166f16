// Handlers of a wrong signature, one for each MISUSE: none may compile.

#include <cafka/message_handler.hpp>

#include <memory>

#if MISUSE == 1
auto x = cafka::make_handler([](int) {});
#elif MISUSE == 2
auto x = cafka::make_handler([](const cafka::message_batch&) { return true; });
#elif MISUSE == 3
auto x = cafka::make_handler([](const cafka::record&) { return true; });
#elif MISUSE == 4
auto x = cafka::make_handler(
  [p = std::make_unique<int>(1)](const cafka::message_batch&) { (void)p; });
#elif MISUSE == 5
struct no_context : cafka::message_handler {
  cafka::handler_answer handle(const cafka::message_batch&) override {
    return cafka::handler_answer::ack();
  }
};
auto x = cafka::make_handler<no_context>();
#endif
