#include "control/record_text.hpp"

#include "core/utf8_text.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>

namespace cafka::control {

namespace {

using nlohmann::json;

/// Escaped already; once more, since another server may say anything.
std::string bytes_text(const json& x) {
  if (x.is_null())
    return "null";
  auto text = core::visible_text(x.at("text").get<std::string>());
  auto bytes = x.at("bytes").get<std::uint64_t>();
  return x.at("cut").get<bool>() ? fmt::format("{} … ({} bytes)", text, bytes)
                                 : fmt::format("{} ({} bytes)", text, bytes);
}

std::string time_text(const json& ms) {
  if (ms.is_null())
    return "none";
  std::chrono::milliseconds since{ms.get<std::int64_t>()};
  auto s = std::chrono::duration_cast<std::chrono::seconds>(since).count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(s));
}

std::string lines_of(const json& x) {
  auto result = fmt::format("offset     {}\nfailures   {}\ntimestamp  {}\n",
                            x.at("offset").get<std::int64_t>(),
                            x.at("failures").get<std::uint64_t>(),
                            time_text(x.at("timestamp")));
  result += fmt::format("key        {}\n", bytes_text(x.at("key")));
  for (auto& header : x.at("headers"))
    result
      += fmt::format("header     {}: {}\n",
                     core::visible_text(header.at("name").get<std::string>()),
                     bytes_text(header.at("value")));
  if (auto left = x.at("headers_left_out").get<std::uint64_t>(); left > 0)
    result += fmt::format("and {} more headers\n", left);
  return result + fmt::format("value      {}\n", bytes_text(x.at("value")));
}

} // namespace

std::string record_text(std::string_view text) {
  try {
    return lines_of(json::parse(text));
  } catch (const std::exception&) { // of a time, too
    return {};
  }
}

} // namespace cafka::control
