#include "api/directory.hpp"

#include <map>
#include <mutex>
#include <utility>

namespace cafka::directory {

namespace {

using key = std::pair<caf::actor_system*, std::string>;

struct running {
  // Weak: a handle here must not keep a group's registry after its end.
  caf::actor_addr group;
  std::string endpoints;
};

struct table {
  std::mutex mutex;
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
  std::unique_lock guard{groups().mutex};
  auto i = groups().groups.find({system_, name_});
  // The group may have ended already.
  if (i != groups().groups.end())
    i->second = {caf::actor_cast<caf::actor_addr>(x), std::move(endpoints)};
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

std::optional<std::string> embedded_endpoints(const group_actor& x) {
  std::unique_lock guard{groups().mutex};
  auto addr = caf::actor_cast<caf::actor_addr>(x);
  for (auto& [_, found] : groups().groups)
    if (found.group == addr && !found.endpoints.empty())
      return found.endpoints;
  return std::nullopt;
}

} // namespace cafka::directory
