#include "http/site.hpp"

#include "http/health.hpp"
#include "http/metrics.hpp"
#include "http/status_document.hpp"

#include <algorithm>
#include <array>

namespace cafka::http {

namespace {

response metrics_of(const snapshot& x) {
  response result;
  result.type = "text/plain; version=0.0.4; charset=utf-8";
  result.body = metrics_text(x);
  return result;
}

response page_of(const site& from) {
  response result;
  result.type = "text/html; charset=utf-8";
  result.body = from.page;
  result.fields.emplace_back("Content-Security-Policy", from.page_policy);
  return result;
}

response bad_request(std::string wrong) {
  response result;
  result.status = 400;
  result.body = std::move(wrong) + "\n";
  return result;
}

response record_of(const site& from, const request& x) {
  std::string wrong;
  auto asked = read_question(x, wrong);
  return asked ? from.show_record(*asked) : bad_request(std::move(wrong));
}

struct route {
  std::string_view path;
  response (*answer)(const site&, const request&);
};

constexpr std::array routes{
  route{"/", [](const site& x, const request&) { return page_of(x); }},
  route{"/livez",
        [](const site& x, const request&) { return livez(x.look()); }},
  route{"/readyz",
        [](const site& x, const request&) { return readyz(x.look()); }},
  route{"/healthz",
        [](const site& x, const request& r) {
          return healthz(x.look_anew(), r.parameters.contains("verbose"));
        }},
  route{"/metrics", [](const site& x,
                       const request&) { return metrics_of(x.look_anew()); }},
  route{"/api/status",
        [](const site& x, const request& r) {
          return answer_status(make_status(x.look_anew(), x.rules.operations),
                               r);
        }},
  route{"/api/record",
        [](const site& x, const request& r) { return record_of(x, r); }},
};

response carry_out(const site& from, const request& x) {
  std::string wrong;
  auto asked = read_operation(x, wrong);
  return asked ? from.carry_out(*asked) : bad_request(std::move(wrong));
}

response not_found() {
  response result;
  result.status = 404;
  result.body = "there is /, /metrics, /livez, /readyz, /healthz, /api/status, "
                "/api/events and /api/record\n";
  return result;
}

} // namespace

response answer(const site& from, const request& x) {
  auto i = std::ranges::find(routes, x.path, &route::path);
  if (x.method == "POST")
    return carry_out(from, x);
  if (i == routes.end())
    return not_found();
  return i->answer(from, x);
}

std::vector<std::pair<std::string, std::string>> common_fields() {
  return {{"Cache-Control", "no-store"},
          {"X-Content-Type-Options", "nosniff"},
          {"X-Frame-Options", "DENY"},
          {"Referrer-Policy", "no-referrer"},
          {"Cross-Origin-Resource-Policy", "same-origin"}};
}

} // namespace cafka::http
