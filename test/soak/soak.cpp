#include "soak/soak.hpp"

#include "broker_support/resident.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <set>
#include <stdexcept>

#include <unistd.h>

namespace cafka::test {

namespace {

using namespace std::chrono_literals;

/// Of a member whose group ended by itself.
constexpr int exit_code_gave_up = 4;

/// As many as partitions at first: some are left without one.
constexpr std::size_t guests_max = 6;
constexpr int partitions_max = 12;

/// Enough for several things to go wrong at once, and for dozens of settled
/// moments in an hour.
constexpr auto unrest = 20s;

scenario::options options_of_soak() {
  scenario::options x;
  x.properties = {"topic.metadata.refresh.interval.ms=1000"};
  // Three brokers at once, sessions that have to end, a busy machine.
  x.patience = 240s;
  return x;
}

cluster& healed(cluster& x) {
  x.heal();
  return x;
}

} // namespace

soak::soak(cluster& kafka, std::uint32_t seed)
  : kafka_(healed(kafka)),
    seed_(seed),
    random_(seed),
    run_(kafka, options_of_soak()),
    partitions_(options_of_soak().partitions) {
}

void soak::run(std::chrono::seconds how_long) {
  auto end = clock::now() + how_long;
  steady_ = &run_.join("steady");
  run_.await_balance({steady_});
  settle();
  while (clock::now() < end) {
    auto rest = std::min(clock::now() + unrest, end);
    while (clock::now() < rest) {
      act();
      run_.await_time(std::chrono::milliseconds{100 + chance(1'500)});
      do_what_is_due(false);
      check();
    }
    settle();
  }
  tell("all leave");
  if (auto broken = run_.finish(); !broken.empty())
    throw std::runtime_error(broken);
}

// -- what chance chooses ------------------------------------------------------

std::uint32_t soak::chance(std::uint32_t below) {
  return random_() % below;
}

void soak::act() {
  auto happened = false;
  while (!happened)
    switch (chance(12)) {
      case 0:
      case 1:
      case 2:
        happened = join();
        break;
      case 3:
      case 4:
        happened = end(SIGTERM, "leave");
        break;
      case 5:
      case 6:
        happened = end(SIGKILL, "crash");
        break;
      case 7:
      case 8:
        happened = stand_still();
        break;
      case 9:
        happened = chance(10) == 0 ? break_all_brokers() : break_one_broker();
        break;
      case 10:
        happened = chance(4) == 0 && add_partition();
        break;
      default:
        happened = true; // nothing at all
    }
}

bool soak::join() {
  if (guests_.size() >= guests_max)
    return false;
  // One in three is a static member; the name is free again as soon as its
  // process has ended, so that some come back within their session.
  std::string instance;
  std::vector<std::string> further;
  if (chance(3) == 0) {
    instance = fmt::format("static-{}", chance(3));
    if (std::any_of(guests_.begin(), guests_.end(),
                    [&](auto& x) { return x.instance == instance; }))
      return false;
    further = {"--group-instance-id", instance};
  }
  auto name = fmt::format("m{}", ++joined_);
  guests_.push_back({&run_.join(name, further), instance, {}, false});
  done("join", instance.empty() ? name : name + ", " + instance);
  return true;
}

soak::guest* soak::any_guest() {
  std::vector<guest*> all;
  for (auto& x : guests_)
    if (!x.is_to_end && !x.stands_still_until)
      all.push_back(&x);
  auto count = static_cast<std::uint32_t>(all.size());
  return count == 0 ? nullptr : all[chance(count)];
}

bool soak::end(int signal, const std::string& what) {
  auto* x = any_guest();
  // One that has hardly begun does not catch a signal yet.
  if (x == nullptr || run_.count(*x->process, "startup_complete") == 0)
    return false;
  x->is_to_end = true;
  x->process->send(signal);
  done(what, x->process->name());
  return true;
}

bool soak::stand_still() {
  auto* x = any_guest();
  if (x == nullptr)
    return false;
  run_.pause(*x->process);
  // Some come back within their session of 6 s, some behind it.
  auto time = std::chrono::milliseconds{500 + chance(12'000)};
  x->stands_still_until = clock::now() + time;
  done("stand still",
       fmt::format("{} for {} ms", x->process->name(), time.count()));
  return true;
}

bool soak::break_one_broker() {
  static const std::vector<std::string> verbs{"stop", "kill", "pause"};
  return break_brokers({1 + static_cast<int>(chance(3))}, verbs[chance(3)]);
}

bool soak::break_all_brokers() {
  return break_brokers({1, 2, 3}, chance(2) == 0 ? "kill" : "pause");
}

/// Only a whole cluster: with one replica behind, another one's end would let
/// the records wait, and prove nothing.
bool soak::break_brokers(std::vector<int> which, const std::string& verb) {
  if (outage_ || !kafka_.is_whole())
    return false;
  auto time = std::chrono::milliseconds{2'000 + chance(15'000)};
  done(verb + (which.size() == 1 ? " a broker" : " all brokers"),
       fmt::format("{} for {} ms", which.front(), time.count()));
  run_.nodes(which, verb);
  outage_ = outage{std::move(which), verb == "pause" ? "continue" : "start",
                   clock::now() + time};
  return true;
}

bool soak::add_partition() {
  if (partitions_ >= partitions_max || outage_ || !kafka_.is_whole())
    return false;
  kafka_.grow_topic(run_.topic(), ++partitions_);
  run_.produce_to(partitions_);
  done("add a partition", std::to_string(partitions_));
  return true;
}

// -- what follows -------------------------------------------------------------

void soak::do_what_is_due(bool all) {
  auto now = clock::now();
  for (auto& x : guests_)
    if (x.stands_still_until && (all || *x.stands_still_until <= now)) {
      tell(x.process->name() + " continues");
      x.process->send(SIGCONT);
      x.stands_still_until.reset();
    }
  if (outage_ && (all || outage_->until <= now))
    mend_brokers();
  see_off();
}

void soak::mend_brokers() {
  tell(outage_->mended_by + " of what was away");
  run_.nodes(outage_->brokers, outage_->mended_by);
  outage_.reset();
}

/// Takes leave of the members that have ended.
void soak::see_off() {
  for (auto i = guests_.begin(); i != guests_.end();) {
    auto& x = *i->process;
    if (!x.ended()) {
      ++i;
      continue;
    }
    auto code = run_.await_end(x);
    // Seen after all brokers had been killed; its cause was not found,
    // librdkafka #3437 is a likely one. It ends by itself and by name, and is
    // counted.
    auto is_fenced = !i->instance.empty() && code == exit_code_gave_up
                     && x.err().find("code=fenced_instance")
                          != std::string::npos;
    if (is_fenced)
      done("fenced", x.name());
    else if (!i->is_to_end || (code != 0 && code != 128 + SIGKILL))
      throw std::runtime_error(
        fmt::format("{} ended with {}:\n{}", x.name(), code, x.err()));
    run_.forget(x);
    i = guests_.erase(i);
  }
}

void soak::settle() {
  do_what_is_due(true);
  run_.keep_producing(false);
  run_.await("the brokers are whole", [&] { return kafka_.is_whole(); });
  run_.await("who is to end has ended", [&] {
    see_off();
    return std::none_of(guests_.begin(), guests_.end(),
                        [](auto& x) { return x.is_to_end; });
  });
  run_.await_all();
  check();
  steady_memory_.sample(steady_->resident_kib());
  own_memory_.sample(resident_kib(getpid()));
  ++settled_;
  auto& facts = run_.facts();
  tell(fmt::format("settled: {} produced, {} handled, steady has {} KiB",
                   facts.produced_count(), facts.handled_count(),
                   steady_memory_.last_kib));
  run_.keep_producing(true);
}

void soak::check() {
  if (auto broken = run_.broken(); !broken.empty())
    throw std::runtime_error(broken);
}

// -- what is told -------------------------------------------------------------

void soak::memory::sample(long kib) {
  if (first_kib == 0)
    first_kib = kib;
  last_kib = kib;
}

void soak::done(const std::string& action, const std::string& what) {
  ++actions_[action];
  tell(action + ": " + what);
}

void soak::tell(const std::string& what) const {
  auto since = std::chrono::duration<double>(clock::now() - begin_).count();
  std::cout << fmt::format("{:8.1f} s  {}", since, what) << std::endl;
}

std::string soak::summary() {
  auto& facts = run_.facts();
  auto result = fmt::format(
    "seed        {}\n"
    "violations  {}\n"
    "records     {} produced, {} handled; of these {} again, {} again and late "
    "by who had stood still\n"
    "rebalances  {} assignments and {} revocations were told by {} members\n"
    "memory      steady {} KiB when first settled, {} KiB at last; this program "
    "{} KiB, {} KiB\n"
    "settled     {} times\n"
    "actions    ",
    seed_, facts.violations().size(), facts.produced_count(),
    facts.handled_count(), facts.handled_again(), facts.handled_late(),
    run_.count("partitions_assigned"), run_.count("partitions_revoked"),
    joined_ + 1, steady_memory_.first_kib, steady_memory_.last_kib,
    own_memory_.first_kib, own_memory_.last_kib, settled_);
  for (auto& [action, times] : actions_)
    result += fmt::format(" {} {},", action, times);
  result.back() = '\n';
  return result;
}

} // namespace cafka::test
