#include "actors/group_manager/manager_context.hpp"

namespace cafka::actors {

manager_context::manager_context(base* actor,
                                 std::shared_ptr<const group_options> of,
                                 std::shared_ptr<partition_registry> partitions,
                                 const coordinator_factory& make_coordinator)
  : self(actor),
    options(std::move(of)),
    registry(std::move(partitions)),
    handle(std::make_shared<compat::closable_handle<manager_actor>>(
      manager_actor{self})),
    coordinator(make_coordinator(manager_actor{self})),
    monitors(self),
    publisher(config().group, options->observer),
    random_(std::random_device{}()) {
}

// -- partitions ---------------------------------------------------------------

held_partition* manager_context::find(const topic_partition& tp, generation g) {
  auto* result = look_up(tp, g);
  return is_current(result != nullptr) ? result : nullptr;
}

held_partition* manager_context::find(const worker_id& id) {
  auto* result = find(id.tp, id.generation);
  return result ? current(result, result->machine.is_current(id.incarnation))
                : nullptr;
}

held_partition* manager_context::look_up(const topic_partition& tp) {
  auto i = held.find(tp);
  return i == held.end() ? nullptr : &i->second;
}

held_partition* manager_context::look_up(const topic_partition& tp,
                                         generation g) {
  auto* result = look_up(tp);
  return result != nullptr && result->takes_acks(g) ? result : nullptr;
}

// -- time ---------------------------------------------------------------------

time_point manager_context::now() const {
  return compat::now(self);
}

void manager_context::arm(time_point at) {
  if (armed_ && *armed_ <= at)
    return;
  armed_ = at;
  send_later(at - now(), watch_due{});
}

bool manager_context::disarm(time_point t) {
  if (!armed_ || t < *armed_)
    return false; // an earlier one was armed meanwhile and has come
  armed_.reset();
  return true;
}

double manager_context::jitter() {
  return std::uniform_real_distribution<double>{0, 1}(random_);
}

// -- events -------------------------------------------------------------------

void manager_context::publish(event_kind kind, const topic_partition& tp,
                              generation g, offset_t offset,
                              std::uint64_t count, errc code,
                              std::string text) {
  event x;
  x.kind = kind;
  x.tp = tp;
  x.generation = g;
  x.offset = offset;
  x.count = count;
  x.code = code;
  x.text = std::move(text);
  publisher.publish(std::move(x));
}

void manager_context::publish(event_kind kind, std::uint64_t count, errc code,
                              std::string text) {
  publish(kind, {}, {}, -1, count, code, std::move(text));
}

void manager_context::refuse(const topic_partition& tp, generation g,
                             ack_result why) {
  refusals_.add(publisher, tp, g, why);
}

void manager_context::report_refusals() {
  refusals_.report(publisher);
}

} // namespace cafka::actors
