/// Any bytes as what a client sends: they are answered in HTTP, or not at all,
/// and nothing is let in that the rules forbid.

#include "http/page.hpp"
#include "http/transport.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace cafka;

void require(bool x) {
  if (!x)
    std::abort();
}

http::site make_site() {
  http::site result;
  result.rules = {"0123456789abcdef", true, {"cafka.example"}};
  result.look = result.look_anew = [] {
    http::snapshot x;
    auto& group = x.groups.emplace_back();
    group.name = "secret-name";
    group.status.emplace();
    return x;
  };
  result.carry_out = [](auto&) { return http::response{}; };
  result.show_record = [](auto&) {
    record_excerpt x;
    x.offset = 1;
    x.value = {false, 12, "secret-value"};
    return http::answer_of(x);
  };
  result.page = "<style></style><script></script>";
  result.page_policy = http::policy_of(result.page);
  return result;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  static http::transport server{make_site()};
  std::string asked{reinterpret_cast<const char*>(data), size};
  auto said = server.answer_to(asked);
  require(said.empty() || said.starts_with("HTTP/1."));
  // The status and a record need the token; metrics do not.
  auto shows = said.find("\"groups\"") != said.npos
               || said.find("secret-value") != said.npos;
  require(!shows || asked.find("0123456789abcdef") != asked.npos);
  return 0;
}
