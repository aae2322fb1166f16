#pragma once

#include "actors/caf_compat.hpp"
#include "actors/partition_registry/manager_buffer.hpp"
#include "actors/partition_registry/partition_registry.hpp"

#include <cafka/group.hpp>

#include <caf/mailbox_element.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cafka::actors {

/// If the message is an ack or a nack that wants no answer it is put into `to`:
/// true.
inline bool put_ack(const caf::mailbox_element& x, manager_buffer& to) {
  if (!x.mid.is_async())
    return false;
  auto& y = x.content();
  if (y.match_elements<ack>())
    to.put(y.get_as<ack>(0));
  else if (y.match_elements<ack_individual>())
    to.put(y.get_as<ack_individual>(0));
  else if (y.match_elements<std::string, partition_t, generation, offset_t>())
    to.put(ack{y.get_as<std::string>(0), y.get_as<partition_t>(1),
               y.get_as<generation>(2), y.get_as<offset_t>(3)});
  else if (y.match_elements<std::string, partition_t, generation,
                            std::vector<offset_t>>())
    to.put(ack_individual{y.get_as<std::string>(0), y.get_as<partition_t>(1),
                          y.get_as<generation>(2),
                          y.get_as<std::vector<offset_t>>(3)});
  else if (y.match_elements<nack>())
    to.put(y.get_as<nack>(0));
  else
    return false;
  return true;
}

/// An actor whose acks do not go through its mailbox needs this before it is
/// made.
class ack_entrance {
public:
  explicit ack_entrance(std::shared_ptr<manager_buffer> buffer)
    : buffer_(std::move(buffer)) {
  }

  bool take(const caf::mailbox_element& x) {
    return !closed_ && put_ack(x, *buffer_);
  }
  void close() {
    closed_ = true;
  }

private:
  const std::shared_ptr<manager_buffer> buffer_;
  std::atomic<bool> closed_ = false; // the actor has ended
};

/// An actor whose handle users have: one by one through its mailbox, acks would
/// cost more than all else. What one sender sends is in order but for this: an
/// ack may overtake what that sender sent before it. Its state is made of the
/// options, the registry and `Ts`.
template <class State, class Base>
class buffered_actor : private ack_entrance,
                       public compat::actor_of<State, Base> {
public:
  using super = compat::actor_of<State, Base>;

  template <class... Ts>
  buffered_actor(caf::actor_config& cfg,
                 std::shared_ptr<const group_options> options,
                 std::shared_ptr<partition_registry> registry, Ts&&... xs)
    : ack_entrance(registry->buffer()),
      super(cfg, std::move(options), registry, std::forward<Ts>(xs)...) {
  }

  void on_exit() override {
    ack_entrance::close();
    super::on_exit();
  }

  using super::enqueue;
  compat::enqueued enqueue(caf::mailbox_element_ptr x,
                           compat::enqueuer* by) override {
    if (!ack_entrance::take(*x))
      return super::enqueue(std::move(x), by);
    return compat::enqueued(true);
  }
};

} // namespace cafka::actors
