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

void producer_link::note(std::uint64_t token, write_report x) {
  x.token = token;
  open_.emplace(token, std::move(x));
}

void producer_link::write(write_dead_letter x) {
  x.token = ++last_token_;
  auto record = x.record->view();
  note(x.token, {0,
                 {record.topic(), record.partition()},
                 record.generation(),
                 record.offset(),
                 {},
                 {}});
  compat::post(producer(), std::move(x));
}

void producer_link::write(write_outputs x) {
  x.token = ++last_token_;
  note(x.token, {0, x.source, x.generation, -1, {}, {}});
  compat::post(producer(), std::move(x));
}

void producer_link::check(check_letter_topics x) {
  x.token = ++last_token_;
  check_ = x;
  compat::post(producer(), std::move(x));
}

bool producer_link::accept(const write_report& x) {
  return open_.erase(x.token) != 0;
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

bool producer_link::close(std::chrono::milliseconds limit) {
  check_.reset();
  if (producer_)
    compat::post(*producer_, close_producer{limit});
  return producer_.has_value();
}

} // namespace cafka::actors
