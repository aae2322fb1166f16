#include "http/watched_groups.hpp"

#include "api/wall_clock.hpp"

#include <cafka/errors.hpp>

#include <caf/exit_reason.hpp>

#include <algorithm>
#include <utility>

namespace cafka::http {

namespace {

/// Between two points of a course: 60 of them are 15 minutes.
constexpr auto sample_interval = std::chrono::seconds{15};

/// As the end of a group has it; empty: all was in order.
std::string text_of_end(const caf::error& why) {
  if (!why || why == caf::exit_reason::user_shutdown)
    return {};
  return to_string(code_of(why)) + ": " + text_of(why);
}

} // namespace

/// Null: that life is over.
watched_groups::entry* watched_groups::find(const key& of) {
  auto i = groups_.find(of.name);
  return i == groups_.end() || i->second.life != of.life ? nullptr : &i->second;
}

watched_groups::key watched_groups::begin(const std::string& name) {
  std::lock_guard guard{mutex_};
  auto& x = groups_[name];
  entry fresh;
  fresh.seen.name = name;
  fresh.seen.counts = std::move(x.seen.counts);
  fresh.life = x.life + 1;
  fresh.heard = clock::now();
  x = std::move(fresh);
  return {name, x.life};
}

void watched_groups::add(const key& of, event x) {
  std::lock_guard guard{mutex_};
  if (auto* to = find(of))
    to->seen.counts.count(x);
  if (!is_shown(x.kind))
    return;
  events_.push_back({wall_clock_ms(), of.name, std::move(x)});
  if (events_.size() > events_max)
    events_.pop_front();
}

void watched_groups::answered(const key& of, group_status x,
                              std::uint64_t serial) {
  {
    std::lock_guard guard{mutex_};
    auto* to = find(of);
    if (to == nullptr)
      return;
    auto now = clock::now();
    to->answered = std::max(to->answered, serial);
    if (x.manager_answers) {
      to->heard = now;
      to->seen.answered_at = wall_clock_ms();
      to->seen.status = std::move(x);
      sample(*to, now);
    }
  }
  changed_.notify_all();
}

/// What is given back has no course any more.
void watched_groups::sample(entry& to, clock::time_point now) {
  if (to.sampled != clock::time_point{} && now - to.sampled < sample_interval)
    return;
  to.sampled = now;
  std::map<topic_partition, lag_course> courses;
  for (auto& p : to.seen.status->partitions) {
    auto& course = courses[p.tp] = std::move(to.seen.courses[p.tp]);
    course.push_back(p.lag);
    if (course.size() > lag_course_max)
      course.pop_front();
  }
  to.seen.courses = std::move(courses);
}

void watched_groups::ended(const key& of, const caf::error& why) {
  {
    std::lock_guard guard{mutex_};
    auto* x = find(of);
    if (x == nullptr)
      return;
    x->seen.ended = true;
    x->seen.end_text = text_of_end(why);
  }
  changed_.notify_all();
}

snapshot watched_groups::look() const {
  std::lock_guard guard{mutex_};
  snapshot result;
  result.now = wall_clock_ms();
  result.events = events_;
  auto now = clock::now();
  for (auto& [_, x] : groups_) {
    result.groups.push_back(x.seen);
    result.groups.back().silent_ms
      = std::chrono::duration_cast<std::chrono::milliseconds>(now - x.heard)
          .count();
  }
  return result;
}

void watched_groups::await(std::uint64_t serial,
                           std::chrono::milliseconds limit) {
  std::unique_lock guard{mutex_};
  changed_.wait_for(guard, limit, [&] {
    return std::ranges::all_of(groups_, [&](auto& x) {
      return x.second.seen.ended || x.second.answered >= serial;
    });
  });
}

} // namespace cafka::http
