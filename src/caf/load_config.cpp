#include <cafka/config_file.hpp>
#include <cafka/errors.hpp>

#include <caf/actor_system_config.hpp>
#include <caf/pec.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
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

caf::error bad_syntax(const std::string& path, const std::string& what) {
  return make_error(errc::invalid_config,
                    fmt::format("{}: {} (one key = value per line, texts in "
                                "quotes, dictionaries in braces, no comments)",
                                path, what));
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

caf::expected<caf::settings> parse(const std::string& text) {
  std::istringstream in{text};
  return caf::actor_system_config::parse_config(in);
}

/// The number behind the last `word`.
std::string number_behind(const std::string& text, const std::string& word) {
  constexpr auto digits = "0123456789";
  auto from = text.find_first_of(digits, text.rfind(word));
  return from == std::string::npos
           ? "?"
           : text.substr(from, text.find_first_not_of(digits, from) - from);
}

/// CAF 0.17 ends its words with `"column" = 11, "line" = 2`, 1.1 with `line 2
/// column 11`.
std::string words_of(const caf::error& x) {
  auto text = caf::to_string(x);
  auto what = to_string(static_cast<caf::pec>(x.code()));
  std::replace(what.begin(), what.end(), '_', ' ');
  return fmt::format("line {}, column {}: {}", number_behind(text, "line"),
                     number_behind(text, "column"), what);
}

} // namespace

caf::expected<caf::settings> load_config(const std::string& path) {
  auto text = text_of_file(path);
  if (!text)
    return text.error();
  auto result = parse(*text);
  if (!result)
    return bad_syntax(path, words_of(result.error()));
  // CAF drops a dictionary that the file's end cuts off, without a word; only
  // then has one more brace a place.
  if (parse(*text + "\n}\n"))
    return bad_syntax(path, "the closing brace of a dictionary is missing");
  return result;
}

} // namespace cafka
