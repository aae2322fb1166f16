#include "demo/checks.hpp"

#include <cafka/errors.hpp>

#include <fmt/format.h>

namespace cafka::demo {

namespace {

check judge(std::string name, const findings& wrong, std::string if_ok) {
  if (wrong.empty())
    return {std::move(name), true, std::move(if_ok)};
  return {std::move(name), false,
          fmt::format("{} wrong: {}", wrong.count(), wrong.text())};
}

/// Collects what `f` finds wrong in each partition.
template <class F>
findings per_partition(const evidence& x, F f) {
  findings result;
  for (std::size_t i = 0; i < x.books.size(); ++i)
    result.add(
      f(x.books.at(static_cast<partition_t>(i)), x.truth.partitions[i], i));
  return result;
}

using truth_of_one = direct_result::partition;

check check_lines(const evidence& x) {
  auto wrong = per_partition(x, [](const partition_ledger& book,
                                   const truth_of_one& truth, std::size_t p) {
    auto result = book.lines_wrong();
    auto handled = book.facts().handled;
    if (handled != truth.records)
      result.add(fmt::format("partition {}: {} lines handled, {} in the "
                             "input",
                             p, handled, truth.records));
    else if (book.content() != truth.content)
      result.add(fmt::format("partition {}: not the bytes of the input", p));
    return result;
  });
  return judge("every line was handled, byte for byte", wrong,
               fmt::format("{} of {} lines", x.books.total().handled,
                           x.truth.lines));
}

check check_order(const evidence& x) {
  auto wrong
    = per_partition(x, [](const partition_ledger& book, const truth_of_one&,
                          std::size_t) { return book.order_wrong(); });
  return judge("offsets rose, but for restarts at the watermark", wrong,
               fmt::format("{} deliveries, {} worker restarts, {} group "
                           "restarts",
                           x.books.total().deliveries, x.group.worker_restarts,
                           x.group.group_restarts));
}

findings states_wrong(const partition_ledger& book, const truth_of_one& truth,
                      std::size_t p) {
  findings result;
  auto states = book.states();
  std::size_t others = 0;
  for (auto& [key, state] : truth.states) {
    auto i = states.find(key);
    others += i == states.end() || i->second != state ? 1 : 0;
  }
  if (others > 0 || states.size() != truth.states.size())
    result.add(fmt::format("partition {}: {} of {} keys have another last "
                           "state or none, of {} that were handled",
                           p, others, truth.states.size(), states.size()));
  return result;
}

check check_states(const evidence& x) {
  std::size_t keys = 0;
  for (auto& p : x.truth.partitions)
    keys += p.states.size();
  return judge("the last state of every key is that of a direct read",
               per_partition(x, states_wrong), fmt::format("{} keys", keys));
}

check check_commits(const evidence& x) {
  auto wrong
    = per_partition(x, [](const partition_ledger& book, const truth_of_one&,
                          std::size_t) { return book.commits_wrong(); });
  return judge("every commit, when sent, covered handled records only", wrong,
               fmt::format("{} commits of a partition",
                           x.books.total().commits));
}

check check_committed(const evidence& x) {
  findings wrong;
  std::size_t partitions = 0;
  if (!x.committed)
    wrong.add(text_of(x.committed.error()));
  else
    for (std::size_t i = 0; i < x.truth.partitions.size(); ++i) {
      auto end = static_cast<offset_t>(x.truth.partitions[i].records);
      if (end == 0)
        continue; // nothing to commit
      ++partitions;
      auto found = x.committed->find(static_cast<partition_t>(i));
      auto at = found == x.committed->end() ? -1 : found->second;
      if (at != end)
        wrong.add(fmt::format("partition {}: {} committed, the end is {}", i,
                              at < 0 ? "nothing" : std::to_string(at), end));
    }
  return judge("committed offsets are the end offsets, asked from the broker",
               wrong, fmt::format("{} partitions with records", partitions));
}

check check_failures(const evidence& x) {
  auto& t = x.failures;
  auto wrong = t.unplanned;
  if (t.worker_done != t.worker_planned)
    wrong.add(fmt::format("{} of {} worker failures happened", t.worker_done,
                          t.worker_planned));
  if (t.kills_done != t.kills_planned)
    wrong.add(fmt::format("{} of {} deaths of the coordinator happened",
                          t.kills_done, t.kills_planned));
  return judge("all planned failures happened, and no others", wrong,
               fmt::format("{} of workers, {} deaths of the coordinator",
                           t.worker_done, t.kills_done));
}

} // namespace

std::vector<check> check_all(const evidence& x) {
  return {check_lines(x),   check_order(x),     check_states(x),
          check_commits(x), check_committed(x), check_failures(x)};
}

} // namespace cafka::demo
