#include <cafka/message_handler.hpp>

#include <utility>

namespace cafka {

namespace {

class function_handler : public message_handler {
public:
  explicit function_handler(
    std::shared_ptr<std::function<handler_answer(const message_batch&)>> f)
    : f_(std::move(f)) {
  }
  handler_answer handle(const message_batch& batch) override {
    return (*f_)(batch);
  }

private:
  std::shared_ptr<std::function<handler_answer(const message_batch&)>> f_;
};

} // namespace

handler_factory
make_handler(std::function<handler_answer(const message_batch&)> f) {
  auto shared
    = std::make_shared<std::function<handler_answer(const message_batch&)>>(
      std::move(f));
  return [shared](const handler_context&) {
    return std::make_unique<function_handler>(shared);
  };
}

} // namespace cafka
