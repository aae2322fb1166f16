#include "demo/handler.hpp"

#include <memory>

namespace cafka::demo {

namespace {

/// Tells the books how long a call runs, however it ends.
class running_call {
public:
  running_call(partition_ledger& book, const message_batch& batch)
    : book_(book) {
    book_.enter(batch.first_offset(), batch.last_offset());
  }
  ~running_call() {
    book_.leave();
  }
  running_call(const running_call&) = delete;
  running_call& operator=(const running_call&) = delete;

private:
  partition_ledger& book_;
};

} // namespace

replay_handler::replay_handler(handler_world world,
                               const partition_identity& whose)
  : world_(world),
    book_(world.books.at(whose.partition)),
    generation_(whose.generation) {
}

handler_answer replay_handler::handle(const message_batch& batch) {
  running_call guard{book_, batch};
  world_.sabotage.before(batch);
  if (auto answer = handle_records(batch))
    return *answer;
  if (world_.sabotage.skips_ack(batch))
    return handler_answer::continue_without_ack();
  book_.acked(batch.generation(), batch.last_offset() + 1);
  return handler_answer::ack();
}

std::optional<handler_answer>
replay_handler::handle_records(const message_batch& batch) {
  auto p = batch.partition();
  for (auto i : world_.sabotage.order(batch)) {
    auto x = batch[i];
    auto failed = world_.failures.before(p, batch.generation(), x.offset());
    if (failed)
      return failed;
    if (!world_.sabotage.loses(p, x.offset()))
      book_.handled(generation_, x.offset(), x.key().value_or(""),
                    x.value().value_or(""));
  }
  return std::nullopt;
}

handler_factory make_replay_handlers(handler_world world) {
  return [world](const handler_context& x) {
    return std::make_unique<replay_handler>(world, x.identity);
  };
}

} // namespace cafka::demo
