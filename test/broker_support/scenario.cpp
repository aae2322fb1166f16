#include "broker_support/scenario.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace cafka::test {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// Between two looks.
constexpr auto pace = 20ms;

topic_partition partition_of(const nlohmann::json& x) {
  return {x.at("topic").get<std::string>(), x.at("partition").get<int>()};
}

std::string tail(const std::string& text, std::size_t most = 2'000) {
  return text.size() <= most ? text : "…" + text.substr(text.size() - most);
}

} // namespace

struct scenario::life {
  std::unique_ptr<member> process;
  int stopped = 0; // the exit code that is in order
  std::map<std::string, int> told;
  bool reaped = false;
  int code = -1;
};

scenario::scenario(cluster& kafka, options x)
  : kafka_(kafka),
    options_(std::move(x)),
    topic_(unique_name()),
    partitions_(options_.partitions),
    writer_(kafka.endpoints(), topic_, partitions_, options_.keys,
            [this](partition_t p, offset_t offset) {
              facts_.produced({topic_, p}, offset);
            }) {
  kafka_.create_topic(topic_, options_.partitions, options_.topic);
}

scenario::~scenario() = default;

// -- members ------------------------------------------------------------------

std::vector<std::string> scenario::command(const member_program& program,
                                           const std::string& in) const {
  std::string lines = "heartbeat.interval.ms=200\n"
                      "reconnect.backoff.max.ms=200\n";
  for (auto& x : options_.properties)
    lines += x + "\n";
  auto result = program.command;
  for (auto& x : std::vector<std::string>{
         "--bootstrap-server", kafka_.endpoints(), "--topic", topic_,
         "--group-id", in, "--session-timeout",
         std::to_string(options_.session_timeout_ms), "--reset-policy",
         options_.reset_policy, "--assignment-strategy",
         "org.apache.kafka.clients.consumer." + options_.assignor,
         "--consumer.config", files_.write("consumer.properties", lines)})
    result.push_back(x);
  return result;
}

member& scenario::join(const std::string& name,
                       const std::vector<std::string>& further,
                       const member_program& program) {
  auto line = command(program, group());
  line.insert(line.end(), further.begin(), further.end());
  lives_.emplace_back();
  lives_.back().process = std::make_unique<member>(name, line);
  lives_.back().stopped = program.stopped;
  return *lives_.back().process;
}

std::uint64_t scenario::count(const std::string& event) const {
  auto i = told_.find(event);
  return i == told_.end() ? 0 : i->second;
}

std::uint64_t scenario::refused_commits(const std::string& member) const {
  auto i = refused_.find(member);
  return i == refused_.end() ? 0 : i->second;
}

std::uint64_t scenario::refused_commits() const {
  std::uint64_t result = 0;
  for (auto& [member, count] : refused_)
    result += count;
  return result;
}

void scenario::forget(const member& x) {
  lives_.remove_if([&](auto& y) { return y.process.get() == &x; });
}

auto scenario::life_of(const member& x) -> life& {
  return *std::find_if(lives_.begin(), lives_.end(),
                       [&](auto& y) { return y.process.get() == &x; });
}

void scenario::pause(member& x) {
  look();
  facts_.paused(x.name());
  x.send(SIGSTOP);
}

void scenario::crash(member& x) {
  x.send(SIGKILL);
  await_end(x);
}

int scenario::leave(member& x) {
  x.send(SIGTERM);
  return await_end(x);
}

int scenario::await_end(member& x) {
  await(x.name() + " ends", [&] { return x.ended(); });
  auto& its = life_of(x);
  if (!std::exchange(its.reaped, true))
    its.code = x.wait();
  facts_.gone(x.name());
  return its.code;
}

int scenario::count(const member& x, const std::string& event) const {
  auto& told = const_cast<scenario*>(this)->life_of(x).told;
  auto i = told.find(event);
  return i == told.end() ? 0 : i->second;
}

// -- records ------------------------------------------------------------------

void scenario::produce(int count) {
  writer_.write(count, options_.patience);
}

// -- brokers ------------------------------------------------------------------

void scenario::nodes(const std::vector<int>& numbers, const std::string& verb) {
  std::vector<std::unique_ptr<app_process>> scripts;
  for (auto number : numbers)
    scripts.push_back(kafka_.node(number, verb));
  for (auto& script : scripts) {
    await(verb + " of brokers", [&] { return !script->read_now(); });
    if (script->wait() != 0)
      throw std::runtime_error(script->err());
  }
}

// -- looking ------------------------------------------------------------------

/// What the broker calls committed was told before it could be: so the members
/// are read after the answer and told before it.
void scenario::look() {
  auto committed = kafka_.poll_committed(group(), all_partitions());
  for (auto& x : lives_)
    if (!x.process->ended())
      for (auto& e : x.process->read())
        take(x, e);
  if (committed)
    for (auto& [tp, offset] : *committed)
      facts_.committed(tp, offset);
}

std::vector<topic_partition> scenario::all_partitions() const {
  std::vector<topic_partition> result;
  for (int i = 0; i < partitions_; ++i)
    result.push_back(partition(i));
  return result;
}

void scenario::take(life& x, const member::event& e) {
  auto& who = x.process->name();
  auto name = e.at("name").get<std::string>();
  ++x.told[name];
  ++told_[name];
  if (name == "partitions_assigned")
    for (auto& y : e.at("partitions"))
      facts_.assigned(who, partition_of(y));
  else if (name == "partitions_revoked")
    for (auto& y : e.at("partitions"))
      facts_.revoked(who, partition_of(y));
  else if (name == "records_consumed")
    for (auto& y : e.at("partitions"))
      facts_.handled(who, partition_of(y),
                     {y.at("minOffset").get<offset_t>(),
                      y.at("maxOffset").get<offset_t>() + 1});
  else if (name == "offsets_committed" && !e.at("success").get<bool>())
    ++refused_[who];
}

void scenario::wait_a_little() {
  std::vector<pollfd> handles;
  for (auto& x : lives_)
    handles.push_back({x.process->handle(), POLLIN, 0});
  poll(handles.data(), handles.size(), static_cast<int>(pace.count()));
}

void scenario::await(const std::string& what,
                     const std::function<bool()>& done) {
  auto deadline = clock::now() + options_.patience;
  for (look(); !done(); look()) {
    if (clock::now() > deadline)
      throw std::runtime_error("in vain: " + what + "\n" + report());
    writer_.turn();
    wait_a_little();
  }
}

void scenario::await_handled(std::uint64_t more) {
  auto enough = facts_.handled_count() + more;
  await(fmt::format("{} records more are handled", more),
        [&] { return facts_.handled_count() >= enough; });
}

void scenario::await_time(std::chrono::milliseconds x) {
  auto end = clock::now() + x;
  await("time passes", [&] { return clock::now() >= end; });
}

void scenario::await_balance(const std::vector<const member*>& who) {
  await("the members share the partitions", [&] {
    std::size_t sum = 0;
    std::set<topic_partition> all;
    for (auto* x : who) {
      auto held = facts_.held_by(x->name());
      if (held.empty())
        return false;
      sum += held.size();
      all.insert(held.begin(), held.end());
    }
    return sum == all.size()
           && all.size() == static_cast<std::size_t>(partitions_);
  });
}

void scenario::await_all() {
  await("all records are handled and committed", [this] {
    return writer_.unanswered() == 0 && facts_.missing().empty()
           && facts_.all_committed();
  });
}

std::string scenario::finish() {
  keep_producing(false);
  await_all();
  for (auto& x : lives_)
    if (!x.reaped)
      x.process->send(SIGTERM);
  std::string result;
  for (auto& x : lives_)
    if (!x.reaped && await_end(*x.process) != x.stopped)
      result += fmt::format("{} ended with {}\n", x.process->name(), x.code);
  return result + broken();
}

std::string scenario::broken() const {
  return facts_.violations().empty() ? "" : report();
}

std::string scenario::report() const {
  std::string result;
  if (auto count = writer_.unanswered(); count != 0)
    result += fmt::format("no broker answered for {} records\n", count);
  for (auto& x : facts_.missing())
    result += x + "\n";
  for (auto& x : facts_.violations())
    result += x.text + "\n";
  for (auto& x : lives_)
    result += fmt::format("-- {}:\n{}\n{}\n", x.process->name(),
                          tail(x.process->out()), tail(x.process->err()));
  return result;
}

} // namespace cafka::test
