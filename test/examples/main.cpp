#include <cafka/main.hpp>
#include <iostream>

cafka::handler_answer show(const cafka::message_batch& batch) {
  std::cout << "read up to " << batch.last_offset() << std::endl;
  return cafka::handler_answer::ack();
}

// `run`, `check`, `offsets` and `produce` of a config file whose groups say
// `handler = "show"`.
int main(int argc, char** argv) {
  return cafka::main(argc, argv, {{"show", cafka::make_handler(show)}});
}
