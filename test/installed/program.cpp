// The groups of a config file, with a handler of its own.
#include <cafka/main.hpp>

cafka::handler_answer take(const cafka::message_batch&) {
  return cafka::handler_answer::ack();
}

int main(int argc, char** argv) {
  return cafka::main(argc, argv, {{"mine", cafka::make_handler(take)}});
}
