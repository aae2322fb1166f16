#include "actors/record_producer/record_producer.hpp"
#include "api/default_log.hpp"
#include "api/log_lines.hpp"
#include "kafka/idempotent_producer.hpp"
#include "kafka/producing_properties.hpp"

#include <cafka/producer.hpp>

#include <caf/scoped_actor.hpp>

#include <fmt/format.h>

#include <utility>

namespace cafka {

namespace {

void log_to_stderr(const log_record& x) {
  if (x.level <= log_record::warning)
    write_default_log(line_of(x));
}

kafka::properties properties_of(const producer_options& x) {
  auto servers = fmt::format("{}", fmt::join(x.endpoints, ","));
  return kafka::producing_properties({{"bootstrap.servers", servers}}, x.kafka,
                                     x.timeout);
}

} // namespace

caf::expected<producer_actor> spawn_producer(caf::actor_system& system,
                                             producer_options options) {
  if (options.endpoints.empty())
    return make_error(errc::invalid_config,
                      "endpoints: at least one host:port");
  auto props = properties_of(options);
  if (auto wrong = kafka::idempotent_producer::check(props))
    return make_error(wrong.code, wrong.text);
  auto log = std::make_shared<group_options>();
  log->log = options.log ? std::move(options.log) : log_to_stderr;
  compat::visit visit;
  auto result = system.spawn<actors::record_producer>(
    std::shared_ptr<const group_options>{std::move(log)}, options.timeout,
    kafka::idempotent_producer::factory(std::move(props)));
  return producer_actor{result};
}

caf::error stop(caf::actor_system& system, const producer_actor& producer) {
  compat::visit visit;
  caf::scoped_actor self{system};
  self->monitor(producer);
  caf::anon_send_exit(producer, caf::exit_reason::user_shutdown);
  caf::error result;
  self->receive([&](const caf::down_msg& x) { result = x.reason; });
  if (result == caf::exit_reason::user_shutdown)
    return {};
  return result;
}

} // namespace cafka
