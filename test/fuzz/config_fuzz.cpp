/// Any bytes as a config file: they are refused in words or give groups that
/// could be started.

#include "config/parse.hpp"

#include <cafka/config_file.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

void require(bool x) {
  if (!x)
    std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  auto content
    = cafka::parse_config({reinterpret_cast<const char*>(data), size});
  if (!content)
    return 0;
  auto read = cafka::read_config(*content);
  for (auto& x : read.errors)
    require(!x.key.empty() && !x.allowed.empty());
  require(!read.errors.empty() || !read.groups.empty());
  for (auto& x : read.groups)
    if (read.errors.empty())
      require(cafka::validate(x.options.config).empty());
  return 0;
}
