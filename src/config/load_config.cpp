#include "config/file_text.hpp"
#include "config/parse.hpp"

#include <cafka/config_file.hpp>
#include <cafka/errors.hpp>

#include <fmt/format.h>

namespace cafka {

namespace {

/// Beyond any use. A path may be that of a log, or of a device without an end.
constexpr std::size_t file_bytes_max = 1'000'000;

caf::error too_large(const std::string& path) {
  return make_error(errc::invalid_config,
                    fmt::format("{} is larger than a config file: more than {} "
                                "bytes",
                                path, file_bytes_max));
}

} // namespace

caf::expected<caf::settings> load_config(const std::string& path) {
  auto text = text_of_file(path, file_bytes_max);
  if (!text)
    return text.error();
  if (text->size() > file_bytes_max)
    return too_large(path);
  auto result = parse_config(*text);
  if (!result)
    return make_error(errc::invalid_config,
                      fmt::format("{}: {}", path, text_of(result.error())));
  return result;
}

} // namespace cafka
