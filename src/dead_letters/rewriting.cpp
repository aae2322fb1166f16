#include "dead_letters/rewriting.hpp"

#include "api/stop_signal.hpp"
#include "config/client_properties.hpp"
#include "io/notes.hpp"

#include <fmt/format.h>

#include <limits>
#include <utility>

namespace cafka::app {

namespace {

using std::chrono::milliseconds;

/// So many are written before the reports are awaited and the progress is
/// committed.
constexpr std::size_t batch_max = 500;

constexpr milliseconds look_interval{50};

optional_bytes bytes_of(const std::optional<std::string>& x) {
  return x ? optional_bytes{*x} : std::nullopt;
}

} // namespace

std::string place_of(const found_letter& x) {
  return fmt::format("{}-{}@{}", x.record.topic(), x.record.partition(),
                     x.record.offset());
}

letter_rewriting::letter_rewriting(const group_config& config,
                                   const letter_arguments& args,
                                   std::string progress, bool commits,
                                   callbacks f)
  : config_(config),
    args_(args),
    progress_(std::move(progress)),
    commits_(commits),
    callbacks_(std::move(f)) {
}

kafka::error letter_rewriting::run() {
  auto why = open();
  while (!why && !failed() && !finished_ && stop_signal() == 0
         && done_ < limit()) {
    why = read_batch();
    if (why)
      break;
    write_batch();
    why = commit();
  }
  return why;
}

std::uint64_t letter_rewriting::passed_over() const noexcept {
  return reader_ ? reader_->passed_over() : 0;
}

kafka::error letter_rewriting::open() {
  auto reader = dead_letter_reader::open(config_, progress_, args_.timeout);
  if (!reader)
    return reader.failure();
  reader_ = std::move(*reader);
  auto props = producer_properties(config_);
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

std::uint64_t letter_rewriting::limit() const {
  return args_.limit.value_or(std::numeric_limits<std::uint64_t>::max());
}

bool letter_rewriting::is_full() const {
  return batch_.size() >= batch_max || done_ + batch_.size() >= limit();
}

kafka::error letter_rewriting::read_batch() {
  batch_.clear();
  while (!is_full()) {
    auto x = reader_->next();
    if (!x)
      return x.failure();
    if (!*x) {
      finished_ = true;
      return {};
    }
    if (callbacks_.choose(**x))
      batch_.push_back(std::move(**x));
  }
  return {};
}

/// Up to the first that fails. Each report comes within the timeout.
void letter_rewriting::write_batch() {
  smaller_.clear();
  begun_ = 0;
  while (begun_ < batch_.size() && !failed() && stop_signal() == 0) {
    auto index = begun_++;
    auto result = callbacks_.rewrite(batch_[index]);
    if (!result.undone.empty())
      fail(index, result.undone);
    if (result.smaller)
      smaller_.emplace(index, std::move(*result.smaller));
    for (auto& x : result.records)
      send(index, x);
    producer_->poll(milliseconds{0});
  }
  while (open_ > 0)
    producer_->poll(look_interval);
  done_ += begun_ - failed_.size();
}

void letter_rewriting::send(std::size_t index, const output& x) {
  std::vector<header> headers;
  for (auto& h : x.headers)
    headers.push_back({h.name, bytes_of(h.value)});
  auto put = [&] {
    return producer_->send(x.topic, x.partition.value_or(-1), bytes_of(x.key),
                           bytes_of(x.value), index, headers);
  };
  ++open_;
  auto sent = put();
  for (; sent && !*sent; sent = put()) // the queue is full
    producer_->poll(look_interval);
  if (!sent)
    on_report(index, sent.failure());
}

void letter_rewriting::on_report(std::size_t index, const kafka::error& why) {
  --open_;
  if (!why)
    return;
  if (auto node = smaller_.extract(index); node && why.too_large) {
    send(index, node.mapped());
    return;
  }
  fail(index,
       fmt::format("not written: {}: {}", to_string(why.code), why.text));
}

void letter_rewriting::fail(std::size_t index, const std::string& why) {
  failed_.insert(index);
  io::print_note(fmt::format("{}: {}", place_of(batch_.at(index)), why));
}

/// Up to the first of each partition that is not done.
kafka::error letter_rewriting::commit() {
  if (!commits_)
    return {};
  auto end = failed() ? *failed_.begin() : begun_;
  auto positions = reader_->positions();
  for (auto i = batch_.size(); i-- > end;)
    positions[{batch_[i].record.topic(), batch_[i].record.partition()}]
      = batch_[i].record.offset();
  return positions.empty() ? kafka::error{} : reader_->commit(positions);
}

exit_code conclude(const letter_rewriting& of, const kafka::error& why,
                   std::string sum) {
  if (of.passed_over() > 0)
    sum += fmt::format(", {} records of others passed over", of.passed_over());
  io::print_note(sum);
  if (why) {
    complain_of_letters(fmt::format("{}: {}", to_string(why.code), why.text));
    return exit_code::broker_failed;
  }
  if (of.failed())
    return exit_code::check_failed;
  return stop_signal() == 0 ? exit_code::ok : exit_code_of_signal();
}

} // namespace cafka::app
