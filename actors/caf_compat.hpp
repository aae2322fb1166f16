#pragma once

/// The names of CAF that actors need in both of its versions: the other half of
/// cafka/detail/caf_compat.hpp.

#include <cafka/detail/caf_compat.hpp>
#include <cafka/types.hpp>

#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/logger.hpp>
#include <caf/thread_hook.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <utility>

namespace cafka::compat {

// -- sending ------------------------------------------------------------------

template <class Self, class Dest, class... Ts>
void send_after(Self* self, const Dest& dest, caf::timespan delay, Ts&&... xs) {
#if CAFKA_CAF_017
  self->delayed_send(dest, delay, std::forward<Ts>(xs)...);
#else
  self->mail(std::forward<Ts>(xs)...).delay(delay).send(dest);
#endif
}

template <class Self, class Dest, class... Ts>
auto request(Self* self, const Dest& dest, caf::timespan timeout, Ts&&... xs) {
#if CAFKA_CAF_017
  return self->request(dest, timeout, std::forward<Ts>(xs)...);
#else
  return self->mail(std::forward<Ts>(xs)...).request(dest, timeout);
#endif
}

/// By the actor's clock, which tests move by hand.
template <class Self>
time_point now(Self* self) {
  return time_point{self->clock().now().time_since_epoch()};
}

// -- actors -------------------------------------------------------------------

/// `enqueued enqueue(mailbox_element_ptr, enqueuer*)` puts a message into an
/// actor's mailbox, on the thread of its sender.
#if CAFKA_CAF_017
using enqueued = void;
using enqueuer = caf::execution_unit;
#else
using enqueued = bool;
using enqueuer = caf::scheduler;
#endif

/// An actor made of a state: `State(Base* self, args…)`, `make_behavior()`,
/// `static constexpr const char* name`. The state dies when the actor ends and
/// not with its last handle.
template <class State, class Base = caf::event_based_actor>
class actor_of : public Base {
public:
  template <class... Ts>
  explicit actor_of(caf::actor_config& cfg, Ts&&... xs) : Base(cfg) {
    state_.emplace(static_cast<Base*>(this), std::forward<Ts>(xs)...);
  }
  const char* name() const override {
    return State::name;
  }
  void on_exit() override {
    state_.reset();
    Base::on_exit();
  }

protected:
  typename Base::behavior_type make_behavior() override {
    return state_->make_behavior();
  }

private:
  std::optional<State> state_;
};

/// Monitors with one callback each; a member of the state of the actor that
/// watches. A callback may add monitors, but must not destroy the table.
template <class Self>
class monitors {
public:
  using callback = std::function<void(const caf::error&)>;

#if CAFKA_CAF_017
  explicit monitors(Self* self) : self_(self) {
    self->set_down_handler([this](caf::down_msg& dm) {
      auto i = table_.find(dm.source);
      if (i == table_.end())
        return;
      auto f = std::move(i->second);
      table_.erase(i);
      f(dm.reason);
    });
  }
  template <class Handle>
  void add(const Handle& x, callback f) {
    table_[caf::actor_cast<caf::actor_addr>(x)] = std::move(f);
    self_->monitor(x);
  }

private:
  Self* self_;
  std::map<caf::actor_addr, callback> table_;
#else
  explicit monitors(Self* self) : self_(self) {
  }
  template <class Handle>
  void add(const Handle& x, callback f) {
    self_->monitor(x, std::move(f));
  }

private:
  Self* self_;
#endif
};

template <class Self, class F>
void on_exit_msg(Self* self, F f) {
  CAF_PUSH_DEPRECATED_WARNING
  self->set_exit_handler(std::move(f));
  CAF_POP_WARNINGS
}

/// Both versions answer a message that nobody expects, or whose handler fails,
/// with an `error` message, which by default ends the *sender*. Every actor
/// that must survive its neighbours ignores them.
template <class Self>
void ignore_error_messages(Self* self) {
  CAF_PUSH_DEPRECATED_WARNING
  self->set_error_handler([](caf::error&) {});
  CAF_POP_WARNINGS
}

/// An exception in a message handler ends the actor with `make(text)`.
template <class Self, class F>
void on_exception(Self* self, F make) {
  self->set_exception_handler([make](std::exception_ptr& p) -> caf::error {
    try {
      std::rethrow_exception(p);
    } catch (const std::exception& e) {
      return make(std::string{e.what()});
    } catch (...) {
      return make(std::string{"unknown exception"});
    }
  });
}

/// An actor's address for other threads. Once closed nothing is posted, so that
/// no message can meet an actor system that is gone. `close` returns when no
/// post is in flight.
template <class Handle>
class closable_handle {
public:
  explicit closable_handle(Handle to) : to_(std::move(to)) {
  }
  template <class T>
  void post(T&& x) {
    std::shared_lock guard{mutex_};
    if (to_)
      compat::post(*to_, std::forward<T>(x));
  }
  void close() {
    std::unique_lock guard{mutex_};
    to_.reset();
  }

private:
  std::shared_mutex mutex_;
  std::optional<Handle> to_;
};

// -- threads of the user's ----------------------------------------------------

/// For as long as a thread of any kind makes actors. CAF gives it the logger of
/// the system, where it has none, and no system ends before all threads let go
/// of its logger: this does.
class visit {
public:
  visit() noexcept : is_guest_(caf::logger::current_logger() == nullptr) {
  }
  ~visit() {
    if (!is_guest_)
      return;
#if CAFKA_CAF_017
    caf::logger::set_current_actor_system(nullptr);
#else
    caf::logger::current_logger(nullptr);
#endif
  }
  visit(const visit&) = delete;
  visit& operator=(const visit&) = delete;

private:
  bool is_guest_;
};

// -- start-up -----------------------------------------------------------------

/// Before any `actor_system_config` is made.
template <class... Blocks>
void init_types() {
#if !CAFKA_CAF_017
  (caf::init_global_meta_objects<Blocks>(), ...);
  caf::core::init_global_meta_objects();
#endif
}

/// As above, for the messages of one of CAF's modules, which the module of 0.17
/// does by itself.
template <class Module>
void init_module_types() {
  if constexpr (requires { Module::init_global_meta_objects(); })
    Module::init_global_meta_objects();
}

template <class Block>
void add_types([[maybe_unused]] caf::actor_system_config& cfg) {
#if CAFKA_CAF_017
  cfg.add_message_types<Block>();
#endif
}

inline void wait_for_work(caf::actor_system_config& cfg) {
#if CAFKA_CAF_017
  cfg.set("scheduler.policy", caf::atom("sharing"));
#else
  cfg.set("caf.scheduler.policy", "sharing");
#endif
}

inline void set_scheduler_threads(caf::actor_system_config& cfg,
                                  std::size_t count) {
#if CAFKA_CAF_017
  cfg.set("scheduler.max-threads", count);
#else
  cfg.set("caf.scheduler.max-threads", count);
#endif
}

/// `f` runs at the begin of each thread of the system, on it.
inline void on_thread_started(caf::actor_system_config& cfg,
                              std::function<void()> f) {
  struct hook : caf::thread_hook {
    explicit hook(std::function<void()> x) : started(std::move(x)) {
    }
    void init(caf::actor_system&) override {
    }
#if CAFKA_CAF_017
    void thread_started() override {
      started();
    }
#else
    void thread_started(caf::thread_owner) override {
      started();
    }
#endif
    void thread_terminates() override {
    }
    std::function<void()> started;
  };
  cfg.add_thread_hook<hook>(std::move(f));
}

} // namespace cafka::compat
