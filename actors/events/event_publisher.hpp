#pragma once

#include <cafka/events.hpp>

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace cafka::actors {

/// Tells one actor's events to its observer, at once, and to its subscribers.
class event_publisher {
public:
  event_publisher(std::string group, std::function<void(const event&)> observer)
    : group_(std::move(group)), observer_(std::move(observer)) {
  }

  void publish(event x) {
    x.group = group_;
    relay(x);
  }

  /// For an event that has its group already.
  void relay(const event& x) {
    if (observer_)
      observer_(x);
    forward(x);
  }

  /// For an event that the observer has seen already.
  void forward(const event& x) {
    for (auto& to : subscribers_)
      compat::post(to, x);
  }

  /// Until `listener` ends, which `monitors`, of the same actor, tells. Once
  /// for each.
  template <class Monitors>
  void subscribe(const caf::actor& listener, Monitors& monitors) {
    if (!listener
        || std::find(subscribers_.begin(), subscribers_.end(), listener)
             != subscribers_.end())
      return;
    subscribers_.push_back(listener);
    auto who = caf::actor_cast<caf::actor_addr>(listener);
    monitors.add(listener, [this, who](const caf::error&) { remove(who); });
  }

private:
  void remove(const caf::actor_addr& x) {
    std::erase_if(subscribers_, [&](const caf::actor& y) {
      return caf::actor_cast<caf::actor_addr>(y) == x;
    });
  }

  std::string group_;
  std::function<void(const event&)> observer_;
  std::vector<caf::actor> subscribers_;
};

} // namespace cafka::actors
