#pragma once

#include <cafka/group.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

/// Which groups run, by name, per actor system. Of our own because CAF's
/// registry cuts names to ten characters in 0.17, and because everything in it
/// is open to network peers. Thread safe.
namespace cafka::directory {

/// A name that is taken until `remove`.
class entry {
public:
  entry(caf::actor_system* system, std::string name);
  /// `endpoints` of the cluster that the group brought; empty: it brought none.
  void set(const group_actor& x, std::string endpoints = {});
  void remove();

private:
  caf::actor_system* system_;
  std::string name_;
};

/// Null: the name is taken.
std::shared_ptr<entry> reserve(caf::actor_system& system,
                               const std::string& name);

/// Whom it is told, until it is destroyed, which groups begin.
class watcher {
public:
  using function = std::function<void(const std::string&, const group_actor&)>;
  /// Calls `f` for each group that runs in `system`, then for each that begins
  /// there, on the thread that starts it.
  watcher(caf::actor_system& system, function f);
  ~watcher();
  watcher(const watcher&) = delete;
  watcher& operator=(const watcher&) = delete;

private:
  std::shared_ptr<function> f_;
};

std::optional<group_actor> find(caf::actor_system& system,
                                const std::string& name);

/// Of the cluster that a running group brought.
std::optional<std::string> embedded_endpoints(const group_actor& x);

} // namespace cafka::directory
