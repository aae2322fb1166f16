/// The only file that includes prometheus-cpp: its values and its serializer,
/// no registry, for everything is in the snapshot already.

#include "http/metrics.hpp"

#include "kafka/client_version.hpp"

#include <cafka/version.hpp>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <span>
#include <sstream>

namespace cafka::http {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using labels = std::vector<ClientMetric::Label>;

constexpr double ms_per_second = 1'000;

/// Families in the order in which they are first named.
class families {
public:
  void gauge(const char* name, const char* help, const labels& of, double x) {
    add(name, help, MetricType::Gauge, of).gauge.value = x;
  }
  void counter(const char* name, const char* help, const labels& of,
               std::uint64_t x) {
    add(name, help, MetricType::Counter, of).counter.value
      = static_cast<double>(x);
  }
  void histogram(const char* name, const char* help, const labels& of,
                 const time_counts& x, std::span<const double> bounds) {
    auto& to = add(name, help, MetricType::Histogram, of).histogram;
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < bounds.size(); ++i) {
      sum += i < x.counts.size() ? x.counts[i] : 0;
      to.bucket.push_back({sum, bounds[i]});
    }
    sum += x.counts.size() > bounds.size() ? x.counts.back() : 0;
    to.sample_count = sum;
    to.sample_sum = x.seconds;
  }

  std::string text() const {
    std::ostringstream out;
    prometheus::TextSerializer{}.Serialize(out, all_);
    return out.str();
  }

private:
  ClientMetric& add(const char* name, const char* help, MetricType type,
                    const labels& of) {
    auto i = std::ranges::find(all_, name, &MetricFamily::name);
    if (i == all_.end()) {
      all_.push_back({name, help, type, {}});
      i = all_.end() - 1;
    }
    auto& result = i->metric.emplace_back();
    result.label = of;
    return result;
  }

  std::vector<MetricFamily> all_;
};

labels with(labels of, const char* name, std::string value) {
  of.push_back({name, std::move(value)});
  return of;
}

labels with(const labels& of, const topic_partition& tp) {
  return with(with(of, "topic", tp.topic), "partition",
              std::to_string(tp.partition));
}

constexpr std::array states{
  partition_state::starting,  partition_state::running,
  partition_state::isolating, partition_state::backoff,
  partition_state::disposing, partition_state::moving,
  partition_state::doubted,   partition_state::draining,
  partition_state::fenced,    partition_state::exhausted};

// -- one partition ------------------------------------------------------------

void add_offsets(families& to, const labels& of, const partition_status& x) {
  auto add = [&](const char* name, const char* help, std::int64_t value) {
    if (value >= 0)
      to.gauge(name, help, of, static_cast<double>(value));
  };
  add("cafka_partition_lag", "Offsets from the watermark to the readable end",
      x.lag);
  add("cafka_partition_watermark_offset",
      "Lowest delivered offset that is not acked", x.watermark);
  add("cafka_partition_committed_offset",
      "Committed offset as the broker confirmed it", x.committed);
  add("cafka_partition_position_offset", "Next offset to deliver", x.position);
  add("cafka_partition_end_offset", "Readable end of the partition",
      x.lag < 0 || x.watermark < 0 ? -1 : x.watermark + x.lag);
  add("cafka_client_queue_records",
      "Records that were fetched and wait in the client", x.queue_records);
  add("cafka_client_queue_bytes",
      "Their bytes, when librdkafka's statistics came last", x.queue_bytes);
}

void add_states(families& to, const labels& of, const partition_status& x,
                unix_ms answered_at) {
  for (auto state : states)
    to.gauge("cafka_partition_state",
             "1 for the state that the partition is in",
             with(of, "state", to_string(state)), x.state == state ? 1 : 0);
  to.gauge("cafka_partition_healthy", "1 where nothing is wrong", of,
           x.healthy ? 1 : 0);
  to.gauge("cafka_partition_paused", "1 while an operator's pause holds", of,
           x.paused ? 1 : 0);
  to.gauge(
    "cafka_partition_last_progress_timestamp_seconds",
    "When the watermark moved last, or nothing was left to read, or the "
    "partition came",
    of, static_cast<double>(answered_at - x.since_progress_ms) / ms_per_second);
  to.gauge("cafka_window_records",
           "Records delivered and neither acked nor let "
           "go",
           of, static_cast<double>(x.window_records));
  to.gauge("cafka_window_bytes", "The bytes of these records", of,
           static_cast<double>(x.window_bytes));
}

void add_records(families& to, const labels& of, const partition_status& x) {
  to.counter("cafka_records_delivered_total",
             "Records handed to handler calls, redelivered ones included", of,
             x.records_delivered);
  to.counter("cafka_records_redelivered_total",
             "Records handed to handler calls not for the first time", of,
             x.records_redelivered);
  to.counter("cafka_records_acked_total", "Records that were acked", of,
             x.records_acked);
}

// -- one group ----------------------------------------------------------------

void add_calls(families& to, const labels& of, const group_status& x) {
  std::int64_t oldest = 0;
  auto running = std::ranges::count_if(x.partitions, [&](auto& p) {
    oldest = std::max(oldest, p.call_ms);
    return p.call_ms >= 0;
  });
  to.gauge("cafka_handler_calls_running", "Handler calls that run", of,
           static_cast<double>(running));
  to.gauge("cafka_handler_oldest_call_seconds",
           "Age of the oldest handler call that runs; 0: none runs", of,
           static_cast<double>(oldest) / ms_per_second);
  to.gauge("cafka_handler_threads", "Threads that were made for handlers", of,
           static_cast<double>(x.handler_threads));
  for (auto& t : x.topics) {
    auto at = with(of, "topic", t.topic);
    to.histogram("cafka_handler_seconds", "What a handler call took", at,
                 t.handler_seconds, call_seconds_bounds);
    to.histogram("cafka_record_age_seconds",
                 "From the timestamp of the first record of a handler call to "
                 "the call",
                 at, t.record_age, record_age_bounds);
  }
}

void add_group(families& to, const labels& of, const seen_group& seen) {
  auto& x = *seen.status;
  to.gauge("cafka_assigned_partitions", "Partitions that the member holds", of,
           static_cast<double>(x.partitions.size()));
  to.counter("cafka_rebalances_total",
             "Rebalances that the member took part in", of, x.rebalances);
  if (x.rebalance_ms >= 0)
    to.gauge("cafka_last_rebalance_timestamp_seconds",
             "When the last rebalance was complete", of,
             static_cast<double>(seen.answered_at - x.rebalance_ms)
               / ms_per_second);
  to.gauge("cafka_client_connected", "0 while no broker is there", of,
           x.connected ? 1 : 0);
  to.counter("cafka_group_restarts_total", "Restarts of the whole group", of,
             x.group_restarts);
  auto count = [&](const char* name, const char* help, const char* result,
                   std::uint64_t value) {
    to.counter(name, help, with(of, "result", result), value);
  };
  count("cafka_commits_total", "Commit requests", "confirmed",
        x.commits_confirmed);
  count("cafka_commits_total", "Commit requests", "failed", x.commits_failed);
  to.histogram("cafka_commit_seconds", "From a commit request to its answer",
               of, x.commit_seconds, call_seconds_bounds);
  count("cafka_outputs_total", "Outputs of handlers", "written",
        x.outputs_written);
  count("cafka_outputs_total", "Outputs of handlers", "failed",
        x.outputs_failed);
}

/// What is an event.
void add_events(families& to, const labels& of, const event_counts& x) {
  for (auto& [at, n] : x.worker_failures)
    to.counter("cafka_worker_failures_total", "Workers that failed",
               with(with(of, at.first), "code", to_string(at.second)), n);
  for (auto& [tp, n] : x.worker_restarts)
    to.counter("cafka_worker_restarts_total", "Workers that were restarted",
               with(of, tp), n);
  for (auto& [at, n] : x.disposed)
    to.counter("cafka_records_disposed_total",
               "Records that were got past without being handled",
               with(with(of, at.first), "by", at.second), n);
  for (auto& [reason, n] : x.acks_refused)
    to.counter("cafka_acks_refused_total", "Acks that changed nothing",
               with(of, "reason", reason), n);
  if (x.exec_starts == 0)
    return;
  to.counter("cafka_exec_starts_total", "Processes of handlers that began", of,
             x.exec_starts);
  for (auto& [reason, n] : x.exec_ends)
    to.counter("cafka_exec_ends_total", "Processes of handlers that ended",
               with(of, "reason", reason), n);
}

/// What is held counts from zero on: to Prometheus a counter that appears has
/// not increased.
event_counts with_zeros(event_counts x, const group_status& of) {
  for (auto& p : of.partitions) {
    x.worker_restarts.try_emplace(p.tp, 0);
    for (auto* by : {"dead-letter", "skip"})
      x.disposed.try_emplace({p.tp, by}, 0);
  }
  return x;
}

void add(families& to, const seen_group& x) {
  if (!x.status || x.ended)
    return;
  labels of{{"name", x.name}, {"group", x.status->group}};
  for (auto& p : x.status->partitions) {
    auto at = with(of, p.tp);
    add_offsets(to, at, p);
    add_states(to, at, p, x.answered_at);
    add_records(to, at, p);
  }
  add_calls(to, of, *x.status);
  add_group(to, of, x);
  add_events(to, of, with_zeros(x.counts, *x.status));
}

} // namespace

std::string metrics_text(const snapshot& x) {
  families all;
  all.gauge("cafka_build_info", "What runs here",
            {{"version", CAFKA_VERSION_STRING},
             {"caf", CAFKA_BUILT_WITH_CAF},
             {"librdkafka", kafka::client_version()}},
            1);
  for (auto& group : x.groups)
    add(all, group);
  return all.text();
}

} // namespace cafka::http
