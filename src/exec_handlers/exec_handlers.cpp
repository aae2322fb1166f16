#include "exec_handlers/exec_handlers.hpp"

#include "exec_handlers/exec_answer.hpp"
#include "exec_handlers/exec_pool.hpp"

#include <stdexcept>
#include <utility>

namespace cafka::exec_handlers {

namespace {

using clock = std::chrono::steady_clock;
using group_ptr = std::shared_ptr<exec_group>;

/// A process per worker.
class worker_handler : public message_handler {
public:
  worker_handler(const handler_context& x, group_ptr group)
    : identity_(x.identity),
      group_(std::move(group)),
      current_(std::make_shared<current_process>(x, group_)) {
    if (auto failure = current_->start(); !failure.empty())
      throw std::runtime_error{failure};
  }

  handler_answer handle(const message_batch& batch) override {
    current_->listen(batch);
    while (true) {
      auto process = current_->get();
      auto result = process->call(open_call_of(batch),
                                  batch_line(*group_, batch));
      if (result && result->what != exec::answer::kind::not_begun)
        return to_handler_answer(std::move(*result));
      if (current_->told())
        return not_handled(batch);
      process->await_gone();
      if (current_->ends_worker(*process))
        return not_handled(batch);
      if (auto failure = replace(); !failure.empty())
        return handler_answer::failed(failure);
    }
  }

  void on_close(close_reason why) override {
    auto process = current_->get();
    if (why == close_reason::lost)
      process->terminate("the partition is lost");
    auto now = clock::now();
    process->close(closing_line(to_string(why), now), now, group_->grace());
    process->await_gone();
  }

private:
  /// After a program that ended with no batch open. Why there is none; empty:
  /// another one runs.
  std::string replace() {
    return group_->may_begin_again(identity_) ? current_->start()
                                              : exec_group::too_many_ends;
  }

  partition_identity identity_;
  group_ptr group_;
  std::shared_ptr<current_process> current_; // also its listener's
};

/// A process per call.
class batch_handler : public message_handler {
public:
  batch_handler(const handler_context& x, group_ptr group)
    : identity_(x.identity),
      group_(std::move(group)),
      current_(std::make_shared<current_process>(x, group_)) {
  }

  handler_answer handle(const message_batch& batch) override {
    std::string input;
    auto bad = add_input(input, batch);
    if (bad == batch.first_offset())
      return unfit(*bad);
    current_->listen(batch);
    if (current_->told())
      return not_handled(batch);
    auto process = group_->start(&identity_, {});
    current_->set(process);
    auto result = process->call(open_call_of(batch, bad.value_or(INT64_MAX)),
                                std::move(input));
    if (!result)
      return handler_answer::failed(process->await_started());
    if (bad && result->what == exec::answer::kind::ack)
      return unfit(*bad);
    return to_handler_answer(std::move(*result));
  }

private:
  /// The offset of a record whose value cannot be given.
  std::optional<offset_t> add_input(std::string& to,
                                    const message_batch& batch) const {
    switch (group_->options().input) {
      case exec_input::raw:
        return exec::add_values(to, batch, '\n');
      case exec_input::values0:
        return exec::add_values(to, batch, '\0');
      default:
        exec::add_record_lines(to, batch);
        return std::nullopt;
    }
  }

  handler_answer unfit(offset_t offset) const {
    auto is_raw = group_->options().input == exec_input::raw;
    return handler_answer::failed_at(
      offset, is_raw ? "input = \"raw\": the value holds a newline"
                     : "input = \"values0\": the value holds a NUL");
  }

  partition_identity identity_;
  group_ptr group_;
  std::shared_ptr<current_process> current_;
};

/// A process of the group's pool per call.
class pool_handler : public message_handler {
public:
  pool_handler(const handler_context& x, group_ptr group,
               std::shared_ptr<exec_pool> pool)
    : pool_(std::move(pool)),
      current_(std::make_shared<current_process>(x, std::move(group))) {
    pool_->enter();
  }

  handler_answer handle(const message_batch& batch) override {
    current_->listen(batch);
    return pool_->call(batch, *current_);
  }

  void on_close(close_reason) override {
    pool_->leave();
  }

private:
  std::shared_ptr<exec_pool> pool_;
  std::shared_ptr<current_process> current_;
};

} // namespace

handler_factory make_exec_handlers(std::shared_ptr<exec_group> group) {
  handler_factory make;
  using life = exec::session::life;
  if (group->life() == life::worker)
    make = make_handler<worker_handler>(group);
  else if (group->life() == life::batch)
    make = make_handler<batch_handler>(group);
  else
    make = make_handler<pool_handler>(group,
                                      std::make_shared<exec_pool>(group));
  return [group, make](const handler_context& x) {
    group->find_group();
    return make(x);
  };
}

} // namespace cafka::exec_handlers
