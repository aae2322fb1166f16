#include "dead_letters/dead_letters.hpp"

#include "api/stop_signal.hpp"
#include "config/client_properties.hpp"
#include "io/notes.hpp"
#include "kafka/producer.hpp"
#include "kafka/producing_properties.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <set>
#include <unistd.h>
#include <vector>

namespace cafka::app {

namespace {

using std::chrono::milliseconds;

/// So many are written before the reports are awaited and the progress is
/// committed: what comes again after a kill is one of these at most.
constexpr std::size_t batch_max = 500;

constexpr milliseconds look_interval{50};

std::string place_of(const found_letter& x) {
  return fmt::format("{}-{}@{}", x.record.topic(), x.record.partition(),
                     x.record.offset());
}

/// Everybody who reads the topic gets the records, not the group alone.
bool is_wanted(const group_config& config, const replay_arguments& how) {
  if (how.yes || how.dry_run)
    return true;
  auto to = how.to.empty() ? std::string{"the topics that the records are from"}
                           : "topic " + how.to;
  auto text = fmt::format("dead letters of group {} go to {}: every group of "
                          "such a topic gets them",
                          config.group, to);
  if (isatty(STDIN_FILENO) == 0) {
    complain_of_letters(text + ". Without a terminal --yes is required");
    return false;
  }
  fmt::print(stderr, "cafka dead-letters: {}. Go on? [y/N] ", text);
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "yes";
}

class replay {
public:
  replay(const group_config& config, const letter_arguments& args,
         const replay_arguments& how)
    : config_(config), args_(args), how_(how) {
  }

  exit_code run();

private:
  kafka::error open();
  kafka::error read_batch();
  bool is_full() const {
    return batch_.size() >= batch_max || done_ + batch_.size() >= limit();
  }
  std::uint64_t limit() const {
    return args_.limit.value_or(UINT64_MAX);
  }
  void take(found_letter x);
  void write_batch();
  void await_reports();
  void on_report(std::uint64_t index, const kafka::error& why);
  kafka::error commit();
  exit_code conclude(const kafka::error& why) const;

  const group_config& config_;
  const letter_arguments& args_;
  const replay_arguments& how_;
  std::unique_ptr<dead_letter_reader> reader_;
  std::unique_ptr<kafka::producer> producer_;
  std::vector<found_letter> batch_;
  std::set<std::size_t> open_;   // of the batch, without a report
  std::set<std::size_t> failed_; // of the batch
  bool finished_ = false;
  std::uint64_t done_ = 0;
  std::uint64_t left_ = 0; // at their limit
  kafka::error failure_;   // of the first that was not written
};

kafka::error replay::open() {
  auto begin = args_.filter.empty() ? dead_letter_reader::begin::committed
                                    : dead_letter_reader::begin::first;
  auto reader = dead_letter_reader::open(config_, begin, args_.timeout);
  if (!reader)
    return reader.failure();
  reader_ = std::move(*reader);
  auto props = kafka::producing_properties(client_properties(config_), {},
                                           args_.timeout);
  props["enable.idempotence"] = "true";
  props["acks"] = "all";
  auto producer = kafka::producer::open(
    props, [this](std::uint64_t index, partition_t, offset_t,
                  const kafka::error& why) { on_report(index, why); });
  if (!producer)
    return producer.failure();
  producer_ = std::move(*producer);
  return {};
}

kafka::error replay::read_batch() {
  batch_.clear();
  while (!is_full()) {
    auto x = reader_->next();
    if (!x)
      return x.failure();
    if (!*x) {
      finished_ = true;
      return {};
    }
    take(std::move(**x));
  }
  return {};
}

void replay::take(found_letter x) {
  if (!matches(x, args_.filter))
    return;
  if (x.letter.replays >= how_.replays_max) {
    ++left_;
    io::print_note(fmt::format("{}: left, it was replayed {} times",
                               place_of(x), x.letter.replays));
    return;
  }
  batch_.push_back(std::move(x));
}

void replay::write_batch() {
  failed_.clear();
  for (std::size_t i = 0; i < batch_.size() && !failure_; ++i) {
    auto& x = batch_[i];
    auto to = how_.to.empty() ? std::nullopt : std::optional{how_.to};
    auto record = core::make_replay(x.record.view(), x.letter, to);
    if (how_.dry_run) {
      fmt::print("{} -> {}{}\n", place_of(x), record.topic,
                 record.partition ? fmt::format("-{}", *record.partition) : "");
      continue;
    }
    std::vector<header> headers;
    for (auto& h : record.headers)
      headers.push_back(
        {h.name, h.value ? optional_bytes{*h.value} : std::nullopt});
    open_.insert(i);
    auto sent = producer_->send(record.topic, record.partition.value_or(-1),
                                x.record.view().key(), x.record.view().value(),
                                i, headers);
    if (!sent)
      on_report(i, sent.failure());
    else if (!*sent)
      on_report(i, {errc::other_client_error, "the producer's queue is full"});
  }
  await_reports();
}

/// Each comes within the timeout.
void replay::await_reports() {
  while (!open_.empty())
    producer_->poll(look_interval);
  done_ += batch_.size() - failed_.size();
}

void replay::on_report(std::uint64_t index, const kafka::error& why) {
  open_.erase(index);
  if (!why)
    return;
  failed_.insert(index);
  if (!failure_)
    failure_ = why;
  io::print_note(fmt::format("{}: not written: {}: {}",
                             place_of(batch_.at(index)), to_string(why.code),
                             why.text));
}

/// Up to the first of each partition that was not written.
kafka::error replay::commit() {
  if (how_.dry_run || !args_.filter.empty())
    return {};
  auto positions = reader_->positions();
  for (std::size_t i = batch_.size(); i-- > 0;)
    if (failed_.contains(i) || (failure_ && i >= *failed_.begin()))
      positions[{batch_[i].record.topic(), batch_[i].record.partition()}]
        = batch_[i].record.offset();
  return positions.empty() ? kafka::error{} : reader_->commit(positions);
}

exit_code replay::run() {
  auto why = open();
  while (!why && !failure_ && !finished_ && stop_signal() == 0
         && done_ < limit()) {
    why = read_batch();
    if (why)
      break;
    write_batch();
    why = commit();
  }
  return conclude(why);
}

exit_code replay::conclude(const kafka::error& why) const {
  auto sum = fmt::format("{} dead letters {}", done_,
                         how_.dry_run ? "would be replayed" : "replayed");
  if (left_ > 0)
    sum += fmt::format(", {} left after {} replays", left_, how_.replays_max);
  if (reader_ && reader_->passed_over() > 0)
    sum += fmt::format(", {} records of others passed over",
                       reader_->passed_over());
  io::print_note(sum);
  if (why) {
    complain_of_letters(fmt::format("{}: {}", to_string(why.code), why.text));
    return exit_code::broker_failed;
  }
  if (failure_)
    return exit_code::check_failed;
  return stop_signal() == 0 ? exit_code::ok : exit_code_of_signal();
}

} // namespace

exit_code replay_letters(const group_config& config,
                         const letter_arguments& args,
                         const replay_arguments& how) {
  if (!is_wanted(config, how))
    return exit_code::usage;
  return replay{config, args, how}.run();
}

} // namespace cafka::app
