#include "caf/config_parse.hpp"

#include <cafka/config_file.hpp>
#include <cafka/errors.hpp>

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace cafka {

namespace {

/// Beyond any use. A path may be that of a log, or of a device without an end.
constexpr std::size_t file_bytes_max = 1'000'000;

caf::error cannot_read(const std::string& path, int code) {
  auto reason = std::generic_category().message(code);
  return make_error(errc::invalid_config,
                    fmt::format("cannot read {}: {}", path, reason));
}

caf::error too_large(const std::string& path) {
  return make_error(errc::invalid_config,
                    fmt::format("{} is larger than a config file: more than {} "
                                "bytes",
                                path, file_bytes_max));
}

caf::expected<std::string> text_of_file(const std::string& path) {
  // A stream opens a directory, and then has nothing to read.
  if (std::error_code ignored; std::filesystem::is_directory(path, ignored))
    return cannot_read(path, EISDIR);
  errno = 0; // the streams leave the reason there
  std::ifstream in{path, std::ios::binary};
  std::string result;
  std::array<char, 4096> page{};
  while (in.read(page.data(), page.size()) || in.gcount() > 0) {
    result.append(page.data(), static_cast<std::size_t>(in.gcount()));
    if (result.size() > file_bytes_max)
      return too_large(path);
  }
  if (!in.is_open() || in.bad())
    return cannot_read(path, errno);
  return result;
}

} // namespace

caf::expected<caf::settings> load_config(const std::string& path) {
  auto text = text_of_file(path);
  if (!text)
    return text.error();
  auto result = parse_config(*text);
  if (!result)
    return make_error(errc::invalid_config,
                      fmt::format("{}: {}", path, text_of(result.error())));
  return result;
}

} // namespace cafka
