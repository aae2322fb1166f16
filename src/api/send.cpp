#include "actors/caf_compat.hpp"

#include <cafka/send.hpp>

#include <caf/scoped_actor.hpp>

#include <fmt/format.h>

namespace cafka {

namespace {

template <class Answer, class Question>
caf::expected<Answer> answer_of(const group_actor& group, const Question& x,
                                std::chrono::milliseconds timeout) {
  auto to = caf::actor_cast<caf::strong_actor_ptr>(group);
  if (!to)
    return make_error(errc::manager_died, "the group's handle is empty");
  compat::visit visit;
  caf::scoped_actor self{*to->home_system};
  caf::expected<Answer> result{caf::error{}};
  compat::request(&*self, group, caf::timespan{timeout}, x)
    .receive([&](Answer& y) { result = std::move(y); },
             [&](const caf::error& why) {
               if (why == caf::sec::request_timeout)
                 result = make_error(errc::timed_out,
                                     fmt::format("the group did not answer "
                                                 "within {} ms",
                                                 timeout.count()));
               else
                 result = make_error(errc::manager_died,
                                     "the group has ended: " + text_of(why));
             });
  return result;
}

} // namespace

void send(const group_actor& group, const ack& x) {
  compat::post(group, x);
}

void send(const group_actor& group, const ack_individual& x) {
  compat::post(group, x);
}

void send(const group_actor& group, const nack& x) {
  compat::post(group, x);
}

void send(const group_actor& group, const subscribe_events& x) {
  compat::post(group, x);
}

void send(const group_actor& group, stop_group x) {
  compat::post(group, x);
}

caf::expected<ack_reply> ask(const group_actor& group, const ack_request& x,
                             std::chrono::milliseconds timeout) {
  return answer_of<ack_reply>(group, x, timeout);
}

caf::expected<ack_reply> ask(const group_actor& group, const nack_request& x,
                             std::chrono::milliseconds timeout) {
  return answer_of<ack_reply>(group, x, timeout);
}

caf::expected<committed_offsets> ask(const group_actor& group,
                                     const get_committed_offsets& x,
                                     std::chrono::milliseconds timeout) {
  return answer_of<committed_offsets>(group, x, timeout);
}

caf::expected<operation_reply> ask(const group_actor& group,
                                   const pause_partitions& x,
                                   std::chrono::milliseconds timeout) {
  return answer_of<operation_reply>(group, x, timeout);
}

caf::expected<operation_reply> ask(const group_actor& group,
                                   const resume_partitions& x,
                                   std::chrono::milliseconds timeout) {
  return answer_of<operation_reply>(group, x, timeout);
}

caf::expected<operation_reply> ask(const group_actor& group,
                                   const restart_worker& x,
                                   std::chrono::milliseconds timeout) {
  return answer_of<operation_reply>(group, x, timeout);
}

caf::expected<operation_reply> ask(const group_actor& group,
                                   const dispose_record& x,
                                   std::chrono::milliseconds timeout) {
  return answer_of<operation_reply>(group, x, timeout);
}

caf::expected<operation_reply> ask(const group_actor& group,
                                   const move_partition& x,
                                   std::chrono::milliseconds timeout) {
  return answer_of<operation_reply>(group, x, timeout);
}

caf::expected<record_excerpt> ask(const group_actor& group, const get_record& x,
                                  std::chrono::milliseconds timeout) {
  return answer_of<record_excerpt>(group, x, timeout);
}

caf::expected<group_status> status(const group_actor& group,
                                   std::chrono::milliseconds timeout) {
  return answer_of<group_status>(group, get_status{}, timeout);
}

} // namespace cafka
