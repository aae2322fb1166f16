#include "dead_letters/processing.hpp"

#include "api/wall_clock.hpp"
#include "config/client_properties.hpp"

#include <fmt/format.h>

namespace cafka::app {

exit_code process_letters(const group_config& config, handler_factory handler,
                          const letter_arguments& args) {
  letter_processing calls{config, std::move(handler)};
  letter_rewriting all{
    config,
    args,
    "process",
    true,
    {[](auto&) { return true; },
     [&calls](auto& x) { return calls.process(x, wall_clock_ms()); }}};
  auto why = all.run();
  auto failures = calls.failures();
  auto result = conclude(all, why,
                         fmt::format("{} dead letters processed, {} failed "
                                     "again",
                                     all.done() - failures, failures));
  return result == exit_code::ok && failures > 0 ? exit_code::check_failed
                                                 : result;
}

} // namespace cafka::app
