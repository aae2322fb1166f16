/// `cafka exec --try`: a program's manners, without Kafka.

#include "exec_handlers/exec_try.hpp"

#include "exec_handlers/exec_answer.hpp"
#include "exec_handlers/exec_handlers.hpp"
#include "exec_handlers/exec_settings.hpp"
#include "exec_handlers/try_steps.hpp"
#include "io/notes.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace cafka::exec_handlers {

namespace {

using namespace std::chrono_literals;
using life = exec::session::life;
using clock = std::chrono::steady_clock;

/// Until a program that was told that its partition goes must have ended.
constexpr auto patience = 10s;

std::string text_of_answer(const exec::answer& x) {
  using kind = exec::answer::kind;
  switch (x.what) {
    case kind::ack:
      return "ack";
    case kind::ack_through:
      return fmt::format("ack through {}", x.offset);
    case kind::no_ack:
      return "no ack";
    case kind::continued:
      return "continue";
    case kind::failed_at:
      return fmt::format("fail at {}: {}", x.offset, x.cause);
    case kind::rejected:
      return fmt::format("reject {}: {}", x.offset, x.cause);
    default:
      return "fail: " + x.cause;
  }
}

class trial {
public:
  trial(const exec_options& what, std::string program, std::string guard)
    : what_(what),
      group_(nullptr, what, std::move(program), std::move(guard), options()) {
  }

  trial_result run(const std::vector<try_step>& steps) {
    for (auto& x : steps)
      give(x);
    take_away_in_call(steps.back());
    if (group_.life() != life::batch && has_process(steps.back()))
      take_away();
    fmt::print("{}\n", wrong_ == 0 ? "nothing is wrong"
                                   : fmt::format("{} wrong", wrong_));
    return wrong_ == 0 ? trial_result::good : trial_result::wrong;
  }

private:
  static group_options options() {
    group_options result;
    result.config.name = result.config.group = "try";
    result.log = [](const log_record& x) {
      if (x.level < 7) // what the program writes, and why it is ended
        fmt::print("  {}\n", x.text);
    };
    return result;
  }
  static partition_identity identity_of(const try_step& x) {
    return {"try", x.of.topic, x.of.partition, {1}};
  }

  void say(const std::string& name, bool good, const std::string& text) {
    fmt::print("{:5} {}: {}\n", good ? "ok" : "WRONG", name, text);
    wrong_ += good ? 0 : 1;
  }

  /// For a call of `x`. False: there is none, which was said.
  bool has_process(const try_step& x) {
    // As in a group: each partition has its own.
    if (process_ && group_.life() == life::worker && x.of != of_)
      take_away();
    if (process_ && process_->takes_calls())
      return true;
    if (process_)
      process_->await_gone();
    if (process_ && !process_->failure().empty())
      say("between two batches", false, process_->failure());
    of_ = x.of;
    auto identity = identity_of(x);
    process_ = group_.start(group_.life() == life::pool ? nullptr : &identity,
                            {});
    auto failure = process_->await_started();
    if (!failure.empty())
      say("start", false, failure);
    return failure.empty();
  }

  static message_batch batch_of(const try_step& x) {
    return {std::make_shared<partition_identity>(identity_of(x)),
            std::make_shared<revocation_notice>(),
            x.records,
            {},
            1};
  }

  /// What the program gets; empty: it does not get it, which was said.
  std::string input_of(const try_step& x, const message_batch& batch) {
    if (group_.life() != life::batch)
      return batch_line(group_, batch);
    std::string result;
    if (!add_input(result, batch, what_.input))
      return result;
    say(x.name, true,
        fmt::format("the program does not get it: {}", unfit_for(what_.input)));
    return {};
  }

  void give(const try_step& x) {
    auto batch = batch_of(x);
    auto input = input_of(x, batch);
    if (input.empty() || !has_process(x))
      return;
    auto result = process_->call(open_call_of(batch), std::move(input));
    auto good = result && is_answer(*result);
    say(x.name, good, result ? text_of_answer(*result) : process_->failure());
    if (!good)
      forget();
  }

  /// What was wrong with it was said.
  void forget() {
    process_->await_gone();
    process_ = nullptr;
  }

  /// A cause of its own is one; anything else it did not say.
  bool is_answer(const exec::answer& x) const {
    return (x.what != exec::answer::kind::failed
            && x.what != exec::answer::kind::not_begun)
           || process_->takes_calls();
  }

  /// The program is told so, with its deadline, or is ended by it.
  void tell_revoked() {
    auto plan = exec::plan_ending(clock::now(), clock::now() + patience,
                                  what_.term_after);
    if (group_.life() == life::pool)
      process_->limit_call(plan.latest + plan.grace, plan.grace,
                           "the partition is given back");
    else
      process_->close(closing_line("revoked", plan.latest), plan.latest,
                      plan.grace);
  }

  /// A revoke while a batch is open: the answer counts until the deadline.
  void take_away_in_call(const try_step& x) {
    auto batch = batch_of(x);
    auto input = input_of(x, batch);
    if (input.empty() || !has_process(x)
        || !process_->begin_call(open_call_of(batch), std::move(input)))
      return; // it has ended by itself, which is no fault
    tell_revoked();
    auto result = process_->await_answer();
    auto good = is_answer(result);
    if (group_.life() != life::pool) {
      process_->await_gone();
      // Else its end was that of the call, and no answer.
      good = process_->failure().empty()
             && (group_.life() == life::batch
                   ? good
                   : process_->ended_between_calls());
    }
    auto late = process_->failure();
    say("the deadline of an open batch", good,
        late.empty() ? text_of_answer(result) : late);
    if (!process_->takes_calls())
      forget();
  }

  /// A revoke between two batches; of a pool, a stop.
  void take_away() {
    auto plan = exec::plan_ending(clock::now(), clock::now() + patience,
                                  what_.term_after);
    auto why = group_.life() == life::pool ? "stopped" : "revoked";
    process_->close(closing_line(why, plan.latest), plan.latest, plan.grace);
    process_->await_gone();
    auto kept = process_->kept().range_count() > 0;
    auto late = !process_->failure().empty();
    say("the partition is given back", !late && !kept,
        late   ? process_->failure()
        : kept ? "records that it kept were not acked"
               : "it ended");
    process_ = nullptr;
  }

  const exec_options& what_;
  exec_group group_;
  exec::process_ptr process_;
  topic_partition of_; // whose it is
  int wrong_ = 0;
};

} // namespace

trial_result try_program(const exec_options& what, const std::string& file) {
  std::vector<std::string> wrong;
  std::string program;
  std::string guard;
  check_exec_options(what, program, guard, wrong);
  for (auto& x : wrong)
    io::print_note("cafka exec: " + x);
  if (!wrong.empty())
    return trial_result::unusable;
  std::vector<try_step> steps;
  try {
    steps = read_try_steps(file);
  } catch (const std::runtime_error& x) {
    io::print_note(std::string{"cafka exec: "} + x.what());
    return trial_result::unusable;
  }
  return trial{what, program, guard}.run(steps);
}

} // namespace cafka::exec_handlers
