/// Any bytes as a line of a handler's program: it is one thing that is known,
/// or is refused by a text in UTF-8; what is left alone is what came.

#include "exec/protocol.hpp"
#include "exec/session.hpp"

#include <nlohmann/json.hpp>

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

/// A call ends by this line, or the program does, or it has no effect.
void check_session(std::string_view line) {
  session tested{session::life::worker, {}};
  time_point now{};
  actions done;
  tested.on_started();
  open_call call;
  call.offsets.insert({12, 15});
  call.last = 14;
  tested.call(call, now, done);
  tested.on_line(line, now, done);
  require(!(done.result && done.signal));
  require(tested.calling() == !done.result);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  std::string_view line{reinterpret_cast<const char*>(data), size};
  if (line.find('\n') != std::string_view::npos)
    return 0;
  check(parse_line(line), line);
  check_session(line);
  return 0;
}
