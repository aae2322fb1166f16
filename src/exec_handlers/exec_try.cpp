/// `cafka exec --try`: a program's manners, without Kafka.

#include "exec_handlers/exec_try.hpp"

#include "core/base64.hpp"
#include "exec_handlers/exec_answer.hpp"
#include "exec_handlers/exec_handlers.hpp"
#include "exec_handlers/exec_settings.hpp"
#include "io/notes.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace cafka::exec_handlers {

namespace {

using nlohmann::json;
using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// Of the file's records that go into one batch.
constexpr std::size_t batch_size = 10;

/// Until a program that was told that its partition goes must have ended.
constexpr auto patience = 10s;

constexpr std::size_t large_bytes = 1'000'000;

using block_ptr = std::shared_ptr<const record_block>;

/// One batch, and what is special about it.
struct step {
  std::string name;
  block_ptr records;
};

std::optional<std::string> bytes_of(const json& x, const std::string& name) {
  if (auto i = x.find(name); i != x.end() && i->is_string())
    return i->get<std::string>();
  if (auto i = x.find(name + "_base64"); i != x.end() && i->is_string())
    return core::bytes_of_base64(i->get<std::string>());
  return std::nullopt;
}

void add_record(record_block::builder& to, offset_t offset, const json& x) {
  to.add(offset, bytes_of(x, "key"), bytes_of(x, "value"));
  if (auto headers = x.find("headers"); headers != x.end())
    for (auto& each : *headers)
      to.add_header(bytes_of(each, "name").value_or(""),
                    bytes_of(each, "value"));
}

/// The records of a file; throws what is wrong with it.
std::vector<step> steps_of(const std::string& path, offset_t& offset) {
  std::ifstream in{path};
  if (!in)
    throw std::runtime_error{path + ": it cannot be read"};
  std::vector<step> result;
  record_block::builder block;
  auto finish = [&] {
    if (block.size() > 0)
      result.push_back({"records of the file", block.finish()});
  };
  for (std::string line; std::getline(in, line);) {
    auto x = json::parse(line, nullptr, false);
    if (!x.is_object())
      throw std::runtime_error{path
                               + ": a line is no record as print writes "
                                 "them"};
    add_record(block, offset++, x);
    if (block.size() == batch_size)
      finish();
  }
  finish();
  return result;
}

std::vector<step> special_steps(offset_t& offset) {
  std::vector<step> result;
  auto add = [&](std::string name, optional_bytes key, optional_bytes value) {
    record_block::builder block;
    block.add(offset++, key, value);
    result.push_back({std::move(name), block.finish()});
  };
  add("null key and value", std::nullopt, std::nullopt);
  add("empty key and value", "", "");
  add("bytes that are no UTF-8", "\xff\xfe", std::string_view{"\xc3\0\x80", 3});
  add("newlines and NULs", "k", std::string_view{"a\nb\0c\r\n", 7});
  add("a value of 1 MB", "k", std::string(large_bytes, 'x'));
  add("nonsense", "k", "{\"broken");
  return result;
}

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

  trial_result run(const std::vector<step>& steps) {
    for (auto& x : steps)
      give(x);
    if (what_.life == exec_life::worker) {
      take_away_in_call(steps.back());
      take_away();
    }
    fmt::print("{}\n", wrong_ == 0 ? "nothing is wrong"
                                   : fmt::format("{} wrong", wrong_));
    return wrong_ == 0 ? trial_result::good : trial_result::wrong;
  }

private:
  static group_options options() {
    group_options result;
    result.config.name = result.config.group = identity().group;
    result.log = [](const log_record& x) {
      if (x.level < 7) // what the program writes, and why it is ended
        fmt::print("  {}\n", x.text);
    };
    return result;
  }
  static partition_identity identity() {
    return {"try", "try", 0, {1}};
  }

  void say(const std::string& name, bool good, const std::string& text) {
    fmt::print("{:5} {}: {}\n", good ? "ok" : "WRONG", name, text);
    wrong_ += good ? 0 : 1;
  }

  /// False: there is none, which was said.
  bool has_process() {
    if (process_ && process_->takes_calls())
      return true;
    if (process_)
      process_->await_gone();
    if (process_ && !process_->failure().empty())
      say("between two batches", false, process_->failure());
    auto identity = trial::identity();
    process_ = group_.start(&identity, {});
    auto failure = process_->await_started();
    if (!failure.empty())
      say("start", false, failure);
    return failure.empty();
  }

  static message_batch batch_of(const step& x) {
    return {std::make_shared<partition_identity>(identity()),
            std::make_shared<revocation_notice>(),
            x.records,
            {},
            1};
  }

  void give(const step& x) {
    auto batch = batch_of(x);
    std::string input;
    if (what_.life == exec_life::worker)
      input = batch_line(group_, batch);
    else if (auto bad = add_input(input, batch, what_.input)) {
      say(x.name, true,
          fmt::format("the program does not get it: {}",
                      unfit_for(what_.input)));
      return;
    }
    if (!has_process())
      return;
    auto result = process_->call(open_call_of(batch), std::move(input));
    if (!result) {
      say(x.name, false, process_->failure());
      return;
    }
    // A cause of its own is an answer; anything else it did not say.
    auto good = result->what != exec::answer::kind::failed
                && result->what != exec::answer::kind::not_begun;
    say(x.name, good || process_->takes_calls(), text_of_answer(*result));
  }

  /// The program is told so, with its deadline.
  void tell_revoked() {
    auto plan = exec::plan_ending(clock::now(), clock::now() + patience,
                                  what_.term_after);
    process_->close(closing_line("revoked", plan.latest), plan.latest,
                    plan.grace);
  }

  /// A revoke while a batch is open: the answer counts until the deadline.
  void take_away_in_call(const step& x) {
    if (!has_process())
      return;
    auto batch = batch_of(x);
    if (!process_->begin_call(open_call_of(batch), batch_line(group_, batch)))
      return; // it has ended by itself, which is no fault
    tell_revoked();
    auto result = process_->await_answer();
    process_->await_gone();
    auto late = process_->failure();
    // Else its end was that of the call, and no answer.
    auto good = late.empty() && process_->ended_between_calls();
    say("the deadline of an open batch", good,
        late.empty() ? text_of_answer(result) : late);
    process_ = nullptr;
  }

  /// A revoke between two batches.
  void take_away() {
    if (!has_process())
      return;
    tell_revoked();
    process_->await_gone();
    auto kept = process_->kept().range_count() > 0;
    auto late = !process_->failure().empty();
    say("the partition is given back", !late && !kept,
        late   ? process_->failure()
        : kept ? "records that it kept were not acked"
               : "it ended");
  }

  const exec_options& what_;
  exec_group group_;
  exec::process_ptr process_;
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
  offset_t offset = 0;
  std::vector<step> steps;
  try {
    steps = steps_of(file, offset);
  } catch (const std::runtime_error& x) {
    io::print_note(std::string{"cafka exec: "} + x.what());
    return trial_result::unusable;
  }
  for (auto& x : special_steps(offset))
    steps.push_back(std::move(x));
  return trial{what, program, guard}.run(steps);
}

} // namespace cafka::exec_handlers
