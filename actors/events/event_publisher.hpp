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
/// Subscribers that ended are to be removed by their owner's monitor.
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

  /// False: it is one already, or none at all.
  bool add(const caf::actor& x) {
    if (!x
        || std::find(subscribers_.begin(), subscribers_.end(), x)
             != subscribers_.end())
      return false;
    subscribers_.push_back(x);
    return true;
  }

  void remove(const caf::actor_addr& x) {
    std::erase_if(subscribers_, [&](const caf::actor& y) {
      return caf::actor_cast<caf::actor_addr>(y) == x;
    });
  }

private:
  std::string group_;
  std::function<void(const event&)> observer_;
  std::vector<caf::actor> subscribers_;
};

} // namespace cafka::actors
