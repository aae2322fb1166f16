#include "dead_letters/processing.hpp"

#include "config/client_properties.hpp"

#include <fmt/format.h>

#include <chrono>

namespace cafka::app {

namespace {

std::int64_t now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch())
    .count();
}

} // namespace

exit_code process_letters(const group_config& config, handler_factory handler,
                          const letter_arguments& args) {
  letter_processing calls{config, std::move(handler)};
  letter_rewriting all{
    config,
    args,
    "process",
    true,
    {[](auto&) { return true; },
     [&calls](auto& x) { return calls.process(x, now_ms()); }}};
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
