/// Any bytes as an argument that replaces a setting: it is refused in words, or
/// the settings are read like those of a file.

#include <cafka/config_file.hpp>

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  std::string_view argument{reinterpret_cast<const char*>(data), size};
  caf::settings content;
  auto failure = cafka::override_config(content, argument);
  if (failure && cafka::text_of(failure).empty())
    std::abort();
  if (!failure)
    cafka::read_config(content);
  return 0;
}
