#pragma once

#include <cafka/message_handler.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cafka::test {

/// One handler call, as the handler saw it.
struct handled {
  partition_t partition = 0;
  cafka::generation generation;
  std::vector<offset_t> offsets;
  std::uint32_t delivery_count = 0;
  std::uint32_t failure_count = 0; ///< of the first
  bool revoked = false;
};

/// What handlers do, and what was done to them.
struct handler_script {
  std::function<handler_answer(const message_batch&)> answer;
  /// Once, inside the next call: what it does happens while the call runs.
  std::function<void()> during_call;
  std::function<void(const handler_context&)> on_build;
  std::function<void(close_reason)> on_close;
  bool build_none = false;

  std::vector<handled> calls;
  /// `built 0`, `called 0`, `returned 0`, `closed 0 revoked`, `destroyed 0`:
  /// with the number of the partition.
  std::vector<std::string> log;
  /// Offsets of all calls, in their order.
  std::vector<offset_t> offsets() const {
    std::vector<offset_t> result;
    for (auto& x : calls)
      result.insert(result.end(), x.offsets.begin(), x.offsets.end());
    return result;
  }
  /// The same of one partition.
  std::vector<offset_t> offsets(partition_t p) const {
    std::vector<offset_t> result;
    for (auto& x : calls)
      if (x.partition == p)
        result.insert(result.end(), x.offsets.begin(), x.offsets.end());
    return result;
  }
};

class scripted_handler : public message_handler {
public:
  scripted_handler(handler_script& script, const handler_context& context)
    : script_(script), number_(std::to_string(context.identity.partition)) {
    script_.log.push_back("built " + number_);
  }
  ~scripted_handler() override {
    script_.log.push_back("destroyed " + number_);
  }
  handler_answer handle(const message_batch& batch) override {
    handled seen{
      batch.partition(),         batch.generation(),       {},
      batch[0].delivery_count(), batch[0].failure_count(), batch.revoked()};
    for (auto x : batch)
      seen.offsets.push_back(x.offset());
    script_.calls.push_back(seen);
    script_.log.push_back("called " + number_);
    if (auto f = std::exchange(script_.during_call, nullptr))
      f();
    auto result = script_.answer ? script_.answer(batch)
                                 : handler_answer::ack();
    script_.log.push_back("returned " + number_);
    return result;
  }
  void on_close(close_reason why) override {
    script_.log.push_back("closed " + number_ + " " + to_string(why));
    if (script_.on_close)
      script_.on_close(why);
  }

private:
  handler_script& script_;
  std::string number_;
};

inline handler_factory make_factory(handler_script& script) {
  return [&script](
           const handler_context& context) -> std::unique_ptr<message_handler> {
    if (script.on_build)
      script.on_build(context);
    if (script.build_none)
      return nullptr;
    return std::make_unique<scripted_handler>(script, context);
  };
}

} // namespace cafka::test
