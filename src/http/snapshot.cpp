#include "http/snapshot.hpp"

namespace cafka::http {

namespace {

/// Ways of an end that are told apart; those of the others count together.
constexpr std::size_t reasons_max = 50;

std::string& bounded(const std::map<std::string, std::uint64_t>& in,
                     std::string& reason) {
  if (!in.contains(reason) && in.size() >= reasons_max)
    reason = "other";
  return reason;
}

} // namespace

void event_counts::count(const event& x) {
  switch (x.kind) {
    case event_kind::worker_failed:
      ++worker_failures[{x.tp, x.code}];
      break;
    case event_kind::worker_restarted:
      ++worker_restarts[x.tp];
      break;
    case event_kind::dead_lettered:
      ++disposed[{x.tp, "dead-letter"}];
      break;
    case event_kind::record_skipped:
      ++disposed[{x.tp, "skip"}];
      break;
    case event_kind::ack_refused:
      acks_refused[x.text] += x.count;
      break;
    case event_kind::program_started:
      ++exec_starts;
      break;
    case event_kind::program_ended: {
      auto reason = x.text;
      ++exec_ends[bounded(exec_ends, reason)];
      break;
    }
    default:
      break;
  }
}

bool is_shown(event_kind x) noexcept {
  return x != event_kind::commit_sent && x != event_kind::committed;
}

} // namespace cafka::http
