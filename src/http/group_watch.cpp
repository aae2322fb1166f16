#include "http/group_watch.hpp"

#include "actors/caf_compat.hpp"
#include "api/directory.hpp"
#include "http/watched_groups.hpp"

#include <cafka/group_actor.hpp>

#include <atomic>
#include <map>
#include <mutex>
#include <utility>

namespace cafka::http {

namespace {

constexpr auto ask_interval = std::chrono::seconds{1};

/// Longer than a supervisor waits for its manager.
constexpr auto answer_timeout = std::chrono::seconds{15};

/// Hears one group's events, and asks it for its status: each second, and when
/// it is sent the serial number of a question.
class listener_state {
public:
  static constexpr const char* name = "cafka.http_listener";
  using base = caf::event_based_actor;

  listener_state(base* self, watched_groups::key group, group_actor to,
                 std::shared_ptr<watched_groups> all)
    : self_(self),
      group_(std::move(group)),
      to_(std::move(to)),
      all_(std::move(all)),
      monitors_(self) {
    compat::ignore_error_messages(self_);
    monitors_.add(to_, [this](const caf::error& why) {
      all_->ended(group_, why);
      self_->quit();
    });
    compat::post(to_, subscribe_events{caf::actor_cast<caf::actor>(self_)});
    ask(0);
    ask_later();
  }

  caf::behavior make_behavior() {
    return {
      [this](const event& x) { all_->add(group_, x); },
      [this](std::uint64_t serial) { ask(serial); },
      [this](get_status) {
        if (std::exchange(answered_, false)) // else it has enough to do
          ask(0);
        ask_later();
      },
    };
  }

private:
  void ask(std::uint64_t serial) {
    compat::request(self_, to_, answer_timeout, get_status{})
      .then(
        [this, serial](const group_status& x) {
          answered_ = true;
          all_->answered(group_, x, serial);
        },
        [this](const caf::error&) { answered_ = true; });
  }
  void ask_later() {
    compat::send_after(self_, caf::actor_cast<caf::actor>(self_), ask_interval,
                       get_status{});
  }

  base* self_;
  watched_groups::key group_;
  group_actor to_;
  std::shared_ptr<watched_groups> all_;
  compat::monitors<base> monitors_;
  bool answered_ = false;
};

/// The listeners, which groups that begin make on their own threads.
struct listener_table {
  void listen(caf::actor_system& system, const std::string& name,
              const group_actor& group) {
    std::lock_guard guard{mutex};
    if (closed)
      return;
    listeners[name] = system.spawn<compat::actor_of<listener_state>>(
      all->begin(name), group, all);
  }
  void ask(std::uint64_t number) {
    std::lock_guard guard{mutex};
    for (auto& [_, x] : listeners)
      compat::post(x, number);
  }
  void close() {
    std::lock_guard guard{mutex};
    closed = true;
    for (auto& [_, x] : listeners)
      caf::anon_send_exit(x, caf::exit_reason::kill);
    listeners.clear();
  }

  const std::shared_ptr<watched_groups> all
    = std::make_shared<watched_groups>();
  std::mutex mutex;                            // guards everything below
  std::map<std::string, caf::actor> listeners; // by group
  bool closed = false;
};

} // namespace

struct group_watch::impl {
  explicit impl(caf::actor_system& system)
    : watcher(system, [to = table, &system](auto& name, auto& group) {
        to->listen(system, name, group);
      }) {
  }

  std::shared_ptr<listener_table> table = std::make_shared<listener_table>();
  std::atomic<std::uint64_t> serial = 0;
  directory::watcher watcher; // last: it calls at once
};

group_watch::group_watch(caf::actor_system& system)
  : impl_(std::make_unique<impl>(system)) {
}

group_watch::~group_watch() {
  impl_->table->close();
}

snapshot group_watch::look() const {
  return impl_->table->all->look();
}

snapshot group_watch::look_anew(std::chrono::milliseconds limit) {
  auto number = ++impl_->serial;
  impl_->table->ask(number);
  impl_->table->all->await(number, limit);
  return impl_->table->all->look();
}

} // namespace cafka::http
