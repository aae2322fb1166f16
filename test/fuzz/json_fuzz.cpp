/// Any bytes as a record's value: its line of JSON can be read, and has them.

#include "core/base64.hpp"
#include "io/record_json.hpp"

#include <nlohmann/json.hpp>

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
  std::string_view bytes{reinterpret_cast<const char*>(data), size};
  cafka::record_block::builder builder;
  builder.add(7, std::nullopt, bytes).add_header(bytes, bytes);
  auto block = builder.finish();
  std::string line;
  using form = cafka::io::bytes_form;
  auto identity = std::make_shared<const cafka::partition_identity>();
  cafka::io::add_json_line(line, {*block, 0, 1, identity}, form::text);
  require(line.find('\n') == line.size() - 1);
  auto x = nlohmann::json::parse(line);
  require(x.at("key").is_null());
  if (auto text = x.find("value"); text != x.end())
    require(text->get<std::string>() == bytes);
  else
    require(x.at("value_base64") == cafka::core::base64_of(bytes));
  return 0;
}
