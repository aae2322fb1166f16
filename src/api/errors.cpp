#include <cafka/errors.hpp>

#include <caf/deep_to_string.hpp>
#include <caf/exit_reason.hpp>

namespace cafka {

caf::error make_error(errc code, const std::string& text) {
  return caf::make_error(code, text);
}

errc code_of(const caf::error& x) {
  if (!x)
    return errc::none;
  auto code = static_cast<errc>(x.code());
  return x == code ? code : errc::none;
}

std::string text_of(const caf::error& x) {
  if (!x)
    return "ended normally";
  if (x == caf::exit_reason::kill)
    return "killed";
  if (x == caf::exit_reason::user_shutdown)
    return "shut down";
  if (code_of(x) != errc::none && x.context().match_elements<std::string>())
    return x.context().get_as<std::string>(0);
  return caf::to_string(x);
}

} // namespace cafka
