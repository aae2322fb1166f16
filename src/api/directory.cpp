#include "api/directory.hpp"

#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace cafka::directory {

namespace {

using key = std::pair<caf::actor_system*, std::string>;

struct running {
  // Weak: a handle here must not keep a group's registry after its end.
  caf::actor_addr group;
  std::string endpoints;
};

struct watching {
  caf::actor_system* system;
  std::weak_ptr<watcher::function> f;
};

struct table {
  std::mutex mutex;
  std::vector<watching> watchers;
  std::map<key, running> groups;
};

table& groups() {
  static table x;
  return x;
}

} // namespace

entry::entry(caf::actor_system* system, std::string name)
  : system_(system), name_(std::move(name)) {
}

void entry::set(const group_actor& x, std::string endpoints) {
  std::vector<std::shared_ptr<watcher::function>> told;
  {
    std::unique_lock guard{groups().mutex};
    auto i = groups().groups.find({system_, name_});
    // The group may have ended already.
    if (i != groups().groups.end())
      i->second = {caf::actor_cast<caf::actor_addr>(x), std::move(endpoints)};
    for (auto& to : groups().watchers)
      if (auto f = to.f.lock(); f && to.system == system_)
        told.push_back(std::move(f));
  }
  for (auto& f : told)
    (*f)(name_, x);
}

void entry::remove() {
  std::unique_lock guard{groups().mutex};
  groups().groups.erase({system_, name_});
}

std::shared_ptr<entry> reserve(caf::actor_system& system,
                               const std::string& name) {
  std::unique_lock guard{groups().mutex};
  if (!groups().groups.try_emplace({&system, name}).second)
    return nullptr;
  return std::make_shared<entry>(&system, name);
}

std::optional<group_actor> find(caf::actor_system& system,
                                const std::string& name) {
  std::unique_lock guard{groups().mutex};
  auto i = groups().groups.find({&system, name});
  if (i == groups().groups.end() || !i->second.group)
    return std::nullopt;
  auto x = caf::actor_cast<group_actor>(i->second.group);
  if (!x)
    return std::nullopt;
  return x;
}

watcher::watcher(caf::actor_system& system, function f)
  : f_(std::make_shared<function>(std::move(f))) {
  std::vector<std::string> names;
  {
    std::unique_lock guard{groups().mutex};
    groups().watchers.push_back({&system, f_});
    for (auto& [key, _] : groups().groups)
      if (key.first == &system)
        names.push_back(key.second);
  }
  for (auto& name : names)
    if (auto x = directory::find(system, name))
      (*f_)(name, *x);
}

watcher::~watcher() {
  std::unique_lock guard{groups().mutex};
  std::erase_if(groups().watchers, [this](auto& x) {
    auto f = x.f.lock();
    return !f || f == f_;
  });
}

std::optional<std::string> embedded_endpoints(const group_actor& x) {
  std::unique_lock guard{groups().mutex};
  auto addr = caf::actor_cast<caf::actor_addr>(x);
  for (auto& [_, found] : groups().groups)
    if (found.group == addr && !found.endpoints.empty())
      return found.endpoints;
  return std::nullopt;
}

} // namespace cafka::directory
