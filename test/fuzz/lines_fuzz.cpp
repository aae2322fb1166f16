/// Any bytes as lines, in pieces of any size: put together again they are what
/// came, and every field lies within its line.

#include "io/fields.hpp"
#include "io/line_buffer.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace {

void require(bool x) {
  if (!x)
    std::abort();
}

void check_fields(std::string_view line, std::size_t n) {
  auto field = cafka::io::nth_field(line, n);
  if (!field.empty())
    require(field.data() >= line.data()
            && field.data() + field.size() <= line.data() + line.size());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  if (size < 2)
    return 0;
  std::size_t piece = data[0] + 1u;
  std::size_t field = data[1] + 1u;
  std::string_view rest{reinterpret_cast<const char*>(data) + 2, size - 2};
  std::string all{rest};
  std::string again;
  cafka::io::line_buffer lines;
  while (true) {
    while (auto line = lines.next()) {
      require(line->find('\n') == std::string_view::npos);
      check_fields(*line, field);
      again += *line;
      again += '\n';
    }
    if (lines.finished())
      break;
    auto n = std::min(piece, rest.size());
    std::memcpy(lines.room(), rest.data(), n);
    lines.add(n);
    rest.remove_prefix(n);
    if (n == 0)
      lines.finish();
  }
  if (!all.empty() && all.back() != '\n')
    all += '\n';
  require(lines.too_long() || again == all);
  return 0;
}
