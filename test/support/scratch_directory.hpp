#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace cafka::test {

/// A directory of its own for the files of one test.
class scratch_directory {
public:
  scratch_directory() {
    auto pattern
      = (std::filesystem::temp_directory_path() / "cafka-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr)
      throw std::runtime_error("no temporary directory");
    path_ = pattern;
  }
  ~scratch_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  scratch_directory(const scratch_directory&) = delete;
  scratch_directory& operator=(const scratch_directory&) = delete;

  /// Writes a file with just these bytes; its path.
  std::string write(const std::string& name, std::string_view bytes) const {
    std::ofstream out{path_ / name, std::ios::binary};
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return (path_ / name).string();
  }
  std::string path(const std::string& name = {}) const {
    return (name.empty() ? path_ : path_ / name).string();
  }

private:
  std::filesystem::path path_;
};

} // namespace cafka::test
