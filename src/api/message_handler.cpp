#include "core/thrown_by.hpp"

#include <cafka/message_handler.hpp>

#include <utility>

namespace cafka::detail {

namespace {

class function_handler : public message_handler {
public:
  explicit function_handler(std::shared_ptr<batch_function> f)
    : f_(std::move(f)) {
  }
  handler_answer handle(const message_batch& batch) override {
    return (*f_)(batch);
  }

private:
  std::shared_ptr<batch_function> f_;
};

/// Calls `f` with one record after the other, until it throws or the partition
/// is to be given back.
handler_answer call_each(const record_function& f, const message_batch& batch) {
  std::optional<offset_t> handled;
  for (auto x : batch) {
    if (handled && batch.revoked())
      return handler_answer::ack_through(*handled);
    auto rejects = false;
    auto failure = core::thrown_by([&] {
      try {
        f(x);
      } catch (const record_rejected&) {
        rejects = true;
        throw;
      }
    });
    if (failure)
      return rejects ? handler_answer::reject(x.offset(), failure->text)
                     : handler_answer::failed_at(x.offset(), failure->text,
                                                 failure->type);
    handled = x.offset();
  }
  return handler_answer::ack();
}

} // namespace

handler_factory make_batch_handler(batch_function f) {
  auto shared = std::make_shared<batch_function>(std::move(f));
  return [shared](const handler_context&) {
    return std::make_unique<function_handler>(shared);
  };
}

handler_factory make_record_handler(record_function f) {
  return make_batch_handler([f = std::move(f)](const message_batch& batch) {
    return call_each(f, batch);
  });
}

} // namespace cafka::detail
