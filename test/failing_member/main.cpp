/// failing_member CONFIG [EVENT@OFFSET]: a member of the config file's group
/// that tells what it does on standard output, a line each. The event that is
/// named, once it comes with that offset or a later one, is its last: the
/// process is killed while it is told.
///
/// A line `move PARTITION TARGET` on standard input moves a partition of the
/// group's topic; what became of it is told as `answer RESULT TEXT`.
///
/// - handler `poison`: a value that begins with `poison` throws, one that
///   begins with `reject` is rejected.
/// - handler `transform`: of each record comes its offset, written into the
///   topic `out.GROUP`, to the partition of the same number.

#include <cafka/config_file.hpp>
#include <cafka/run_until_signal.hpp>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <thread>

#include <unistd.h>

namespace {

using namespace cafka;

/// In one piece, also of a process that is killed behind it.
void tell(std::string line) {
  line += '\n';
  if (write(STDOUT_FILENO, line.data(), line.size()) < 0)
    std::abort();
}

/// As `record::id`.
std::string place(const topic_partition& tp, offset_t offset) {
  return tp.topic + "-" + std::to_string(tp.partition) + "@"
         + std::to_string(offset);
}

/// EVENT PLACE ERROR TEXT
std::string line_of(const event& x) {
  return to_string(x.kind) + " " + place(x.tp, x.offset) + " "
         + to_string(x.code) + " " + x.text;
}

void poison(const record& x) {
  auto value = x.value().value_or("");
  if (value.starts_with("poison"))
    throw std::runtime_error("it is poison");
  if (value.starts_with("reject"))
    throw record_rejected(x.offset(), "it is of no use");
  tell("handled " + x.id());
}

handler_answer transform(const message_batch& batch) {
  std::vector<output> made;
  for (auto x : batch) {
    tell("handled " + x.id());
    made.push_back({.topic = "out." + batch.topic(),
                    .partition = batch.partition(),
                    .value = std::to_string(x.offset())});
  }
  return handler_answer::ack().after(std::move(made));
}

/// When the process dies.
struct death {
  std::string at;
  offset_t from = 0;

  explicit death(const std::string& text)
    : at(text.substr(0, text.find('@'))),
      from(std::stoll("0" + text.substr(text.find('@') + 1))) {
  }
  bool is_now(const event& x) const {
    return to_string(x.kind) == at && x.offset >= from;
  }
};

/// Until standard input ends, which it may do behind the group's end.
void obey(const group_actor& group, const std::string& topic) {
  std::string verb;
  std::string to;
  partition_t partition = 0;
  while (std::cin >> verb >> partition >> to) {
    auto target = parse_target_position(to).value_or(target_position{});
    auto reply = ask(group,
                     move_partition{topic, partition, target, "test", {}},
                     std::chrono::minutes{1});
    if (reply)
      tell("answer " + to_string(reply->result) + " " + reply->text);
    else
      tell("no answer " + text_of(reply.error()));
  }
}

} // namespace

int main(int argc, char** argv) {
  init_types();
  caf::actor_system_config cfg;
  add_types(cfg);
  auto content = load_config(argv[1]);
  if (!content) {
    std::cerr << text_of(content.error()) << "\n";
    return 2;
  }
  auto found = read_config(*content, {{"poison", make_handler(poison)},
                                      {"transform", make_handler(transform)}});
  for (auto& x : found.errors)
    std::cerr << to_string(x) << "\n";
  if (!found.errors.empty())
    return 2;
  auto& options = found.groups.front().options;
  death end{argc > 2 ? argv[2] : "never@0"};
  options.observer = [end](const event& x) {
    tell(line_of(x));
    if (end.is_now(x))
      kill(getpid(), SIGKILL);
  };
  options.log = [](const log_record& x) { tell("log " + x.text); };
  caf::actor_system system{cfg};
  auto group = spawn(system, options);
  if (!group)
    return 1;
  // Detached: it may wait for input that never comes.
  std::thread{obey, *group, options.config.topics.front()}.detach();
  return run_until_signal(system, {*group});
}
