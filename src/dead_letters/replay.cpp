#include "api/stop_signal.hpp"
#include "dead_letters/rewriting.hpp"
#include "io/notes.hpp"
#include "program/confirmation.hpp"

#include <fmt/format.h>

namespace cafka::app {

namespace {

/// Everybody who reads the topic gets the records, not the group alone.
bool is_wanted(const group_config& config, const replay_arguments& how) {
  if (how.yes || how.dry_run)
    return true;
  auto to = how.to.empty() ? std::string{"the topics that the records are from"}
                           : "topic " + how.to;
  auto text = fmt::format("dead letters of group {} go to {}: every group of "
                          "such a topic gets them",
                          config.group, to);
  return is_confirmed("cafka dead-letters", text);
}

class letter_replay {
public:
  letter_replay(const letter_arguments& args, const replay_arguments& how)
    : args_(args), how_(how) {
  }

  exit_code run(const group_config& config);

private:
  bool choose(const found_letter& x);
  letter_result rewrite(const found_letter& x) const;

  const letter_arguments& args_;
  const replay_arguments& how_;
  std::uint64_t left_ = 0; // at their limit
};

bool letter_replay::choose(const found_letter& x) {
  if (!matches(x, args_.filter))
    return false;
  if (x.letter.replays < how_.replays_max)
    return true;
  ++left_;
  io::print_note(fmt::format("{}: left, it was replayed {} times", place_of(x),
                             x.letter.replays));
  return false;
}

letter_result letter_replay::rewrite(const found_letter& x) const {
  auto to = how_.to.empty() ? std::nullopt : std::optional{how_.to};
  auto record = core::make_replay(x.record.view(), x.letter, to);
  if (!how_.dry_run)
    return {{std::move(record)}};
  fmt::print("{} -> {}{}\n", place_of(x), record.topic,
             record.partition ? fmt::format("-{}", *record.partition) : "");
  return {};
}

exit_code letter_replay::run(const group_config& config) {
  auto keeps = !how_.dry_run && args_.filter.empty();
  letter_rewriting all{config,
                       args_,
                       args_.filter.empty() ? "replay" : "",
                       keeps,
                       {[this](auto& x) { return choose(x); },
                        [this](auto& x) { return rewrite(x); }}};
  auto why = all.run();
  auto sum = fmt::format("{} dead letters {}", all.done(),
                         how_.dry_run ? "would be replayed" : "replayed");
  if (left_ > 0)
    sum += fmt::format(", {} left after {} replays", left_, how_.replays_max);
  return conclude(all, why, sum);
}

} // namespace

exit_code replay_letters(const group_config& config,
                         const letter_arguments& args,
                         const replay_arguments& how) {
  if (!is_wanted(config, how))
    return exit_code::usage;
  return letter_replay{args, how}.run(config);
}

} // namespace cafka::app
