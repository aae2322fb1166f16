#include "kafka/client_log.hpp"

#include "core/log_line.hpp"
#include "kafka/foreign_answer.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace cafka::kafka {

namespace {

// `Group "g" changed join state wait-assign-call -> steady (state up)`.
std::optional<membership> to_membership(std::string_view facility,
                                        std::string_view text) {
  if (facility != "CGRPJOINSTATE")
    return std::nullopt;
  return membership{text.find("-> steady") != std::string_view::npos};
}

// `LeaveGroup response received in state up`, or `… response error in state up:
// Broker: Unknown member`.
bool says_let_go(std::string_view facility, std::string_view text) {
  return facility == "LEAVEGROUP"
         && (text.find("response received") != std::string_view::npos
             || text.find("Unknown member") != std::string_view::npos);
}

} // namespace

void client_log::on_line(std::function<void()> wake) {
  on_event_.set(std::move(wake));
}

void client_log::add(int level, const char* facility, const char* text) {
  if (says_let_go(facility, text))
    let_go_ = true;
  auto member = to_membership(facility, text);
  if (!member && level >= core::log_level::debug && !wants_debug_)
    return;
  auto is_first = false;
  {
    std::lock_guard guard{mutex_};
    if (closed_)
      return;
    is_first = lines_.empty();
    if (member)
      lines_.emplace_back(*member);
    else if (lines_.size() >= lines_max)
      ++dropped_;
    else
      lines_.emplace_back(log_line{level, facility, with_right_advice(text)});
  }
  if (is_first)
    on_event_.call();
}

std::optional<client_event> client_log::take() {
  std::lock_guard guard{mutex_};
  if (auto n = std::exchange(dropped_, 0); n > 0)
    return log_line{core::log_level::warning, "LOG",
                    std::to_string(n)
                      + " lines of the log were dropped: they came faster than "
                        "they were taken"};
  if (lines_.empty())
    return std::nullopt;
  auto result = std::move(lines_.front());
  lines_.pop_front();
  return result;
}

void client_log::close() {
  on_event_.set({});
  std::lock_guard guard{mutex_};
  closed_ = true;
  lines_.clear();
}

} // namespace cafka::kafka
