#include "exec_handlers/program_files.hpp"

#include <cafka/detail/guard_path.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

#include <unistd.h>

namespace cafka::exec_handlers {

namespace {

namespace fs = std::filesystem;

constexpr auto guard_name = "cafka-guard";

/// Empty: it is a file that may be run.
std::string wrong_with(const fs::path& x) {
  std::error_code failure;
  auto status = fs::status(x, failure);
  if (failure)
    return fmt::format("{}: {}", x.string(), std::strerror(failure.value()));
  if (!fs::is_regular_file(status))
    return fmt::format("{}: it is no file", x.string());
  if (access(x.c_str(), X_OK) != 0)
    return fmt::format("{}: it may not be executed: {}", x.string(),
                       std::strerror(errno));
  return {};
}

/// The folders of `PATH`.
std::vector<fs::path> search_path() {
  std::vector<fs::path> result;
  auto* text = std::getenv("PATH");
  std::string rest = text ? text : "/usr/bin:/bin";
  for (std::size_t at = 0; at <= rest.size();) {
    auto end = std::min(rest.find(':', at), rest.size());
    result.emplace_back(rest.substr(at, end - at));
    at = end + 1;
  }
  return result;
}

/// What `know_guard` was told; set before `main`.
const char* known_guard = nullptr;

/// Beside the running program, in the library's folder beside the program's, as
/// it is installed, and where it was built or installed at first.
std::vector<fs::path> guard_folders() {
  std::error_code none;
  auto own = fs::read_symlink("/proc/self/exe", none).parent_path();
  return {own, own / CAFKA_GUARD_FROM_PROGRAM, CAFKA_GUARD_INSTALLED,
          CAFKA_GUARD_BUILT};
}

} // namespace

} // namespace cafka::exec_handlers

bool cafka::detail::know_guard(const char* path) noexcept {
  exec_handlers::known_guard = path;
  return true;
}

namespace cafka::exec_handlers {

std::string find_program(const std::string& name, std::string& result) {
  if (name.find('/') != std::string::npos) {
    result = fs::absolute(name).string();
    return wrong_with(result);
  }
  for (auto& folder : search_path())
    if (auto path = fs::absolute(folder / name); wrong_with(path).empty()) {
      result = path.string();
      return {};
    }
  return fmt::format("{}: no such program in PATH", name);
}

std::string find_guard(const std::string& asked, std::string& result) {
  result = asked;
  if (!asked.empty())
    return wrong_with(asked);
  std::string tried;
  std::vector<fs::path> paths;
  if (known_guard != nullptr)
    paths.emplace_back(known_guard);
  for (auto& folder : guard_folders())
    paths.push_back((folder / guard_name).lexically_normal());
  for (auto& path : paths) {
    result = path.string();
    if (wrong_with(result).empty())
      return {};
    tried += (tried.empty() ? "" : ", ") + result;
  }
  return fmt::format("{}, which handler = \"exec\" needs, is at none of: {}",
                     guard_name, tried);
}

bool is_folder(const std::string& path) {
  std::error_code none;
  return path.empty() || fs::is_directory(path, none);
}

} // namespace cafka::exec_handlers
