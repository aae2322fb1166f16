#include "actors/group_producer/letter_topics.hpp"

#include <algorithm>
#include <utility>

namespace cafka::actors {

namespace {

kafka::error no_topic(const std::string& text) {
  kafka::error result;
  result.code = errc::unknown_topic;
  result.text = text;
  return result;
}

} // namespace

letter_topics::letter_topics(outbox& box, settings x)
  : box_(box), settings_(x) {
}

void letter_topics::find(const std::string& topic, const std::string& source,
                         time_point now, told f) {
  auto& x = topics_[topic];
  if (x.at == state::known) {
    f({x.partitions, false, {}});
    return;
  }
  auto is_first = x.waiting.empty();
  x.source = source;
  x.waiting.push_back(std::move(f));
  if (is_first)
    ask(topic, now);
}

void letter_topics::forget(const std::string& topic) {
  if (auto i = topics_.find(topic);
      i != topics_.end() && i->second.at == state::known)
    transition_to(i->second, state::unknown);
}

void letter_topics::look(time_point now) {
  std::vector<std::string> due;
  for (auto& [topic, x] : topics_)
    if (std::exchange(x.to_ask, false))
      due.push_back(topic);
  for (auto& topic : due)
    ask(topic, now);
}

bool letter_topics::busy() const noexcept {
  return std::any_of(topics_.begin(), topics_.end(),
                     [](auto& x) { return !x.second.waiting.empty(); });
}

kafka::error letter_topics::last_failure(const std::string& topic) const {
  auto i = topics_.find(topic);
  return i == topics_.end() ? kafka::error{} : i->second.failure;
}

void letter_topics::ask(const std::string& topic, time_point now) {
  now_ = now;
  transition_to(topics_[topic], state::asked);
  box_.find_topic(topic, ask_timeout, now,
                  [this, topic](auto& x) { on_found(topic, x); });
}

void letter_topics::on_found(const std::string& topic,
                             const kafka::topic_found& x) {
  auto& of = topics_[topic];
  if (x.failure) {
    fail(topic, x.failure, false);
  } else if (x.partitions > 0) {
    transition_to(of, state::known);
    of.partitions = x.partitions;
    of.made = false;
    of.failure = {};
    send(of, {x.partitions, false, {}});
  } else if (of.made) {
    of.to_ask = true;
  } else if (settings_.create) {
    make(topic);
  } else {
    fail(topic,
         no_topic("topic " + topic + ", for dead letters, does not exist"),
         true);
  }
}

/// With the partitions of the source.
void letter_topics::make(const std::string& topic) {
  transition_to(topics_[topic], state::source_asked);
  box_.find_topic(topics_[topic].source, ask_timeout, now_,
                  [this, topic](auto& x) { on_source(topic, x); });
}

void letter_topics::on_source(const std::string& topic,
                              const kafka::topic_found& x) {
  auto& source = topics_[topic].source;
  if (x.failure)
    fail(topic, x.failure, false);
  else if (x.partitions == 0)
    fail(topic, no_topic("topic " + source + " does not exist"), false);
  else
    box_.create_topic(topic, x.partitions, settings_.replication, ask_timeout,
                      now_, [this, topic](auto& y) { on_made(topic, y); });
}

void letter_topics::on_made(const std::string& topic,
                            const kafka::topic_created& x) {
  auto& of = topics_[topic];
  if (x.failure) {
    fail(topic, x.failure, false);
    return;
  }
  transition_to(of, state::made);
  of.made = true;
  of.to_ask = true;
}

void letter_topics::fail(const std::string& topic, const kafka::error& why,
                         bool missing) {
  auto& x = topics_[topic];
  x.failure = why;
  if (why.retriable) {
    x.to_ask = true;
    return;
  }
  transition_to(x, state::unknown);
  send(x, {0, missing, why});
}

void letter_topics::transition_to(entry& of, state x) noexcept {
  of.at = x;
}

/// Who hears it may ask again.
void letter_topics::send(entry& to, const answer& x) {
  for (auto& f : std::exchange(to.waiting, {}))
    f(x);
}

} // namespace cafka::actors
