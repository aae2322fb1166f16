/// Any bytes as a line of a handler's program: it is one thing that is known,
/// or is refused by a text in UTF-8; what is left alone is what came. And as
/// all that a program writes, in pieces.

#include "exec/line_cutter.hpp"
#include "exec/protocol.hpp"
#include "exec/session.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <variant>

namespace {

using namespace cafka;
using namespace cafka::exec;

void require(bool x) {
  if (!x)
    std::abort();
}

void check(const program_line& read, std::string_view line) {
  require(std::holds_alternative<own_output>(read) != line.starts_with('{'));
  if (auto* bad = std::get_if<bad_line>(&read)) {
    static_cast<void>(nlohmann::json(bad->reason).dump()); // throws: no UTF-8
    require(bad->reason.find('\n') == std::string::npos);
  } else if (auto* x = std::get_if<answer>(&read)) {
    require(x->offset >= -1);
  } else if (auto* some = std::get_if<acked>(&read)) {
    require(!some->offsets.empty() && some->offsets.front() >= 0);
  }
}

open_call a_call() {
  open_call result;
  result.topic = "t";
  result.partition = 3;
  result.offsets.insert({12, 15});
  result.last = 14;
  result.generation = 7;
  return result;
}

/// A call ends by this line, or the program does, or it has no effect.
void check_session(std::string_view line) {
  session tested{session::life::worker, {}};
  time_point now{};
  actions done;
  tested.on_started();
  tested.call(a_call(), now, done);
  tested.on_line(line, now, done);
  require(!(done.result && done.signal));
  require(tested.calling() == !done.result);
}

/// Longer ones are cut.
constexpr std::size_t line_max = 100;

/// Of all lines none ends a call that is not open, and nothing counts behind
/// the one that ends the program. The first byte says what program it is, and
/// in how large pieces it writes.
void check_output(std::string_view bytes) {
  if (bytes.empty())
    return;
  auto how = static_cast<unsigned char>(bytes.front());
  bytes.remove_prefix(1);
  constexpr session::life lives[]{session::life::worker, session::life::pool,
                                  session::life::batch};
  session tested{lives[how % 3], {}};
  tested.on_started();
  line_cutter lines{line_max};
  auto ends = false;
  auto take = [&](std::string_view line, bool whole) {
    actions done;
    if (tested.takes_calls())
      tested.call(a_call(), {}, done);
    auto was_open = tested.calling();
    if (whole)
      tested.on_line(line, {}, done);
    else
      tested.on_long_line(line, {}, done);
    require(was_open || !done.result);
    require(!ends || (done.acks.empty() && !done.result && done.signal == 0));
    ends = ends || done.signal != 0;
  };
  for (std::size_t size = 1 + how / 3; !bytes.empty();
       bytes.remove_prefix(std::min(size, bytes.size())))
    lines.feed(bytes.substr(0, size), take);
  require(lines.rest().size() <= line_max);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  std::string_view line{reinterpret_cast<const char*>(data), size};
  check_output(line);
  if (line.find('\n') != std::string_view::npos)
    return 0;
  check(parse_line(line), line);
  check_session(line);
  return 0;
}
