#include "api/group_ends.hpp"

#include <cafka/errors.hpp>

namespace cafka {

void group_ends::watch(const std::string& name, const group_actor& group) {
  group->attach_functor([name, to = shared_](const caf::error& why) {
    {
      std::lock_guard guard{to->mutex};
      to->ended.emplace(name, why);
    }
    to->changed.notify_all();
  });
}

group_ends::reasons group_ends::wait(std::size_t count,
                                     std::chrono::milliseconds limit) {
  std::unique_lock guard{shared_->mutex};
  shared_->changed.wait_for(guard, limit,
                            [&] { return shared_->ended.size() >= count; });
  return shared_->ended;
}

int end_code(const caf::error& why) {
  constexpr int gave_up = 4;
  constexpr int calls_outlived_stop = 5;
  if (!why || why == caf::exit_reason::user_shutdown)
    return 0;
  return code_of(why) == errc::calls_outlived_stop ? calls_outlived_stop
                                                   : gave_up;
}

core::log_line end_line(const std::string& name, const std::string& group,
                        const caf::error& why) {
  return {.level = core::log_level::error,
          .group = group,
          .event = "ended",
          .fields = {{"name", name}, {"code", to_string(code_of(why))}},
          .text = text_of(why)};
}

} // namespace cafka
