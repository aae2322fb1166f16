#include "actors/group_producer/producer_link.hpp"

#include <utility>

namespace cafka::actors {

producer_link::producer_link(starter start, listener tell)
  : start_(std::move(start)), tell_(std::move(tell)) {
}

const group_producer_actor& producer_link::producer() {
  if (!producer_)
    producer_ = start_(++incarnation_);
  return *producer_;
}

/// Its token.
std::uint64_t producer_link::note(std::uint64_t id, write_report x) {
  x.token = ++last_token_;
  x.id = id;
  open_.emplace(x.token, std::move(x));
  return last_token_;
}

void producer_link::write(write_dead_letter x, std::uint64_t id) {
  auto record = x.record->view();
  write_report report;
  report.source = {record.topic(), record.partition()};
  report.generation = record.generation();
  report.offset = record.offset();
  x.token = note(id, std::move(report));
  compat::post(producer(), std::move(x));
}

void producer_link::write(write_outputs x, std::uint64_t id) {
  write_report report;
  report.source = x.source;
  report.generation = x.generation;
  x.token = note(id, std::move(report));
  compat::post(producer(), std::move(x));
}

void producer_link::check(check_letter_topics x) {
  x.token = ++last_token_;
  check_ = x;
  compat::post(producer(), std::move(x));
}

std::optional<write_report> producer_link::accept(write_report x) {
  auto asked = open_.extract(x.token);
  if (!asked)
    return std::nullopt;
  x.id = asked.mapped().id;
  return x;
}

bool producer_link::accept(const letter_topics_checked& x) {
  if (!check_ || check_->token != x.token)
    return false;
  check_.reset();
  return true;
}

void producer_link::on_down(std::uint64_t incarnation,
                            const kafka::error& why) {
  if (incarnation != incarnation_ || !producer_)
    return;
  producer_.reset();
  for (auto& [token, report] : std::exchange(open_, {})) {
    report.failure = why;
    tell_(report);
  }
  if (check_)
    compat::post(producer(), *check_);
}

bool producer_link::ping() const {
  if (producer_)
    compat::post(*producer_, actors::ping{});
  return producer_.has_value();
}

bool producer_link::close(std::chrono::milliseconds limit) {
  check_.reset();
  if (producer_)
    compat::post(*producer_, close_producer{limit});
  return producer_.has_value();
}

} // namespace cafka::actors
