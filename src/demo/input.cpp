#include "demo/input.hpp"

#include <cafka/errors.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace cafka::demo {

namespace {

namespace fs = std::filesystem;

constexpr auto default_path = "/var/log/dpkg.log";

caf::error unreadable(const std::string& path, const std::string& why) {
  return make_error(errc::invalid_config, fmt::format("{}: {}", path, why));
}

std::unique_ptr<std::istream> open_file(const std::string& path) {
  return std::make_unique<std::ifstream>(path, std::ios::binary);
}

caf::expected<input> file_input(const std::string& path) {
  std::error_code failure;
  auto what = fs::status(path, failure);
  if (!fs::exists(what))
    return unreadable(path, failure ? failure.message()
                                    : std::string{"no such file"});
  if (fs::is_directory(what))
    return unreadable(path, "it is a directory");
  if (!fs::is_regular_file(what))
    return unreadable(path, "only a regular file can be read, since it is "
                            "read again to compare");
  errno = 0;
  if (auto stream = open_file(path); !*stream)
    return unreadable(path, std::strerror(errno));
  auto size_bytes = fs::file_size(path, failure);
  if (failure)
    return unreadable(path, failure.message());
  return input{path, size_bytes, [path] { return open_file(path); }};
}

input sample_input() {
  auto text = sample_log();
  return {"the sample log that comes with cafka", text.size(),
          [text] { return std::make_unique<std::istringstream>(text); }};
}

} // namespace

caf::expected<input> choose_input(const std::optional<std::string>& path) {
  if (path)
    return file_input(*path);
  // A log that was just rotated has nothing to show.
  auto result = file_input(default_path);
  if (result && result->size_bytes > 0)
    return result;
  return sample_input();
}

// -- line_reader --------------------------------------------------------------

line_reader::line_reader(const input& from)
  : name_(from.name), stream_(from.open()), left_bytes_(from.size_bytes) {
}

std::optional<std::string_view> line_reader::next() {
  if (!failure_.empty())
    return std::nullopt;
  while (true) {
    if (auto line = lines_.next())
      return line;
    if (lines_.too_long())
      failure_ = fmt::format("{}: line {} is longer than {} bytes", name_,
                             count() + 1, io::line_bytes_max);
    if (lines_.too_long() || lines_.finished() || !fill())
      return std::nullopt;
  }
}

bool line_reader::fill() {
  auto wanted = static_cast<std::size_t>(
    std::min<std::uint64_t>(left_bytes_, io::line_buffer::chunk_bytes));
  stream_->read(lines_.room(), static_cast<std::streamsize>(wanted));
  auto got = static_cast<std::size_t>(stream_->gcount());
  lines_.add(got);
  left_bytes_ -= got;
  if (left_bytes_ == 0)
    lines_.finish();
  if (got == wanted)
    return true;
  failure_ = fmt::format("{}: it could not be read on, {} bytes before its end",
                         name_, left_bytes_);
  return false;
}

} // namespace cafka::demo
