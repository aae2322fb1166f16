#include "actors/partition_pauses/partition_pauses.hpp"

#include "actors/events/intent_events.hpp"

namespace cafka::actors {

namespace {

template <class Message>
intent intent_of(const Message& x, std::string what) {
  return {{x.topic, x.partition}, x.who, x.reason, std::move(what)};
}

/// Those that hold although this one was taken back; empty: none does.
std::string still_paused(const core::pause_table& pauses,
                         const topic_partition& of) {
  if (auto* wider = pauses.find(of))
    return "paused by the pause of " + core::text_of_paused(wider->first);
  std::string result;
  for (auto& [other, pause] : pauses.all())
    if (of.topic.empty() || other.topic == of.topic)
      result += (result.empty() ? "still paused: " : ", ")
                + core::text_of_paused(other);
  return result;
}

} // namespace

operation_reply
take_pause(partition_registry& registry, const group_config& config,
           event_publisher& publisher, const pause_partitions& x) {
  topic_partition of{x.topic, x.partition};
  auto wrong = core::pause_table::wrong_with(of, config.topics);
  if (!wrong.empty())
    return refuse(publisher, intent_of(x, "pause"),
                  {operation_result::invalid, wrong});
  registry.pause(of, {x.who, x.reason});
  publisher.publish(event_of(intent_of(x, {}), event_kind::delivery_paused));
  return {operation_result::done, "paused: " + core::text_of_paused(of)};
}

operation_reply
take_resume(partition_registry& registry, const group_config& config,
            event_publisher& publisher, const resume_partitions& x) {
  topic_partition of{x.topic, x.partition};
  auto wrong = core::pause_table::wrong_with(of, config.topics);
  if (!wrong.empty())
    return refuse(publisher, intent_of(x, "resume"),
                  {operation_result::invalid, wrong});
  auto was_paused = registry.resume(of);
  auto others = still_paused(registry.pauses(), of);
  if (!was_paused)
    return refuse(publisher, intent_of(x, "resume"),
                  {operation_result::unchanged,
                   others.empty()
                     ? "not paused: " + core::text_of_paused(of)
                     : core::text_of_paused(of) + " is " + others});
  publisher.publish(event_of(intent_of(x, {}), event_kind::delivery_resumed));
  return {operation_result::done, "resumed: " + core::text_of_paused(of)
                                    + (others.empty() ? "" : "; " + others)};
}

std::vector<pause_status> pauses_of(partition_registry& registry) {
  std::vector<pause_status> result;
  auto pauses = registry.pauses();
  for (auto& [of, pause] : pauses.all())
    result.push_back({of.topic, of.partition, pause.who, pause.reason});
  return result;
}

} // namespace cafka::actors
