#include "config/file_text.hpp"

#include <cafka/errors.hpp>

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace cafka {

namespace {

caf::error cannot_read(const std::string& path, int code) {
  auto reason = std::generic_category().message(code);
  return make_error(errc::invalid_config,
                    fmt::format("cannot read {}: {}", path, reason));
}

} // namespace

caf::expected<std::string> text_of_file(const std::string& path,
                                        std::size_t bytes_max) {
  // A stream opens a directory, and then has nothing to read.
  if (std::error_code ignored; std::filesystem::is_directory(path, ignored))
    return cannot_read(path, EISDIR);
  errno = 0; // the streams leave the reason there
  std::ifstream in{path, std::ios::binary};
  std::string result;
  std::array<char, 4096> page{};
  while (result.size() <= bytes_max
         && (in.read(page.data(), page.size()) || in.gcount() > 0))
    result.append(page.data(), static_cast<std::size_t>(in.gcount()));
  if (!in.is_open() || in.bad())
    return cannot_read(path, errno);
  return result;
}

} // namespace cafka
