#include "exec_handlers/exec_handlers.hpp"

#include "exec_handlers/exec_answer.hpp"
#include "exec_handlers/exec_pool.hpp"

#include <stdexcept>
#include <utility>

namespace cafka::exec_handlers {

namespace {

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
        return answered(batch, *process, std::move(*result));
      if (!result && current_->told())
        return not_handled(batch); // it ends as it was told
      process->await_gone();
      if (current_->ends_worker(*process, false) || current_->told())
        return not_handled(batch);
      if (auto failure = replace(); !failure.empty())
        return current_->give_up(batch, failure);
    }
  }

  void on_close(close_reason why) override {
    current_->close(why);
  }

private:
  /// A program that has ended right behind its answer acks nothing any more,
  /// and a drain would wait for that.
  handler_answer answered(const message_batch& batch,
                          const exec::process& process, exec::answer x) {
    using kind = exec::answer::kind;
    auto keeps = x.what == kind::no_ack || x.what == kind::continued;
    if (keeps && process.gone() && current_->told())
      return not_handled(batch);
    return to_handler_answer(std::move(x));
  }
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
    auto form = group_->options().input;
    auto bad = add_input(input, batch, form);
    if (bad == batch.first_offset())
      return handler_answer::failed_at(*bad, unfit_for(form));
    current_->listen(batch);
    if (current_->told())
      return not_handled(batch);
    auto process = group_->start(&identity_, {});
    auto has_begun = process->begin_call(
      open_call_of(batch, bad.value_or(INT64_MAX)), std::move(input));
    // With its call open: told that the partition goes, it may finish that.
    current_->set(process);
    if (!has_begun)
      return current_->give_up(batch, process->await_started());
    auto result = process->await_answer();
    process->await_gone();
    if (result.what == exec::answer::kind::not_begun)
      return current_->give_up(batch, process->failure());
    if (bad && result.what == exec::answer::kind::ack)
      return handler_answer::failed_at(*bad, unfit_for(form));
    return to_handler_answer(std::move(result));
  }

private:
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
    pool_->enter(*current_);
  }

  handler_answer handle(const message_batch& batch) override {
    current_->listen(batch);
    if (!std::exchange(listens_, true))
      batch.on_revoked([weak = std::weak_ptr{pool_}](time_point) {
        if (auto pool = weak.lock())
          pool->look_again();
      });
    return pool_->call(batch, *current_);
  }

  void on_close(close_reason) override {
    pool_->leave(*current_);
  }

private:
  std::shared_ptr<exec_pool> pool_;
  std::shared_ptr<current_process> current_;
  bool listens_ = false;
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
