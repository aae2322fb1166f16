#include "actors/caf_compat.hpp"
#include "api/directory.hpp"
#include "config/http_settings.hpp"
#include "http/group_watch.hpp"
#include "http/page.hpp"
#include "http/transport.hpp"

#include <cafka/errors.hpp>
#include <cafka/http.hpp>
#include <cafka/send.hpp>

#include <caf/scoped_actor.hpp>

#include <fmt/format.h>

#include <utility>

namespace cafka {

namespace {

/// How long an answer waits for groups that have much to do; they answer from
/// their state.
constexpr std::chrono::milliseconds answer_limit{500};

std::string joined(const std::vector<config_error>& xs) {
  std::string result;
  for (auto& x : xs)
    result += (result.empty() ? "" : "; ") + to_string(x);
  return result;
}

/// How long a client waits for what becomes of an intent. It may still be
/// carried out afterwards.
constexpr std::chrono::seconds operation_limit{30};

http::response plain(int status, std::string text) {
  http::response result;
  result.status = status;
  result.body = std::move(text);
  return result;
}

constexpr auto no_group = "no group of this name runs\n";

/// On a thread of the server's, which waits.
http::response carry_out(caf::actor_system& system, const http::operation& x) {
  auto group = directory::find(system, x.group);
  if (!group)
    return plain(404, no_group);
  auto to = caf::actor_cast<caf::actor>(*group);
  compat::visit visit;
  caf::scoped_actor self{system};
  http::response result;
  auto ask = [&](auto& intent) {
    compat::request(&*self, to, caf::timespan{operation_limit}, intent)
      .receive(
        [&](const operation_reply& reply) { result = http::answer_of(reply); },
        [&](const caf::error& why) {
          result = why == caf::sec::request_timeout
                     ? plain(202, "not done yet: events will tell\n")
                     : plain(503, "the group does not answer\n");
        });
  };
  std::visit(ask, x.what);
  return result;
}

http::response show_record(caf::actor_system& system,
                           const http::record_question& x) {
  auto group = directory::find(system, x.group);
  if (!group)
    return plain(404, no_group);
  auto found = ask(*group, get_record{x.of.topic, x.of.partition});
  return found ? http::answer_of(*found)
               : plain(503, text_of(found.error()) + "\n");
}

http::site make_site(caf::actor_system& system, http::group_watch& watch,
                     http::access_rules rules) {
  http::site result;
  result.rules = std::move(rules);
  result.look = [&watch] { return watch.look(); };
  result.look_anew = [&watch] { return watch.look_anew(answer_limit); };
  result.carry_out = [&system](auto& x) { return carry_out(system, x); };
  result.show_record = [&system](auto& x) { return show_record(system, x); };
  result.page = http::page_html;
  result.page_policy = http::policy_of(http::page_html);
  return result;
}

} // namespace

struct http_server::impl {
  impl(caf::actor_system& system, http::access_rules rules)
    : watch(system), transport(make_site(system, watch, std::move(rules))) {
  }

  http::group_watch watch;
  http::transport transport; // ends first
  std::string address;
};

http_server::http_server(std::unique_ptr<impl> x) noexcept
  : impl_(std::move(x)) {
}

http_server::http_server(http_server&&) noexcept = default;

http_server::~http_server() = default;

const std::string& http_server::address() const noexcept {
  return impl_->address;
}

caf::expected<http_server> serve_http(caf::actor_system& system,
                                      const http_options& options) {
  compat::visit visit;
  if (auto wrong = validate(options); !wrong.empty())
    return make_error(errc::invalid_config, joined(wrong));
  auto at = parse_listen(options.listen);
  if (!at)
    return make_error(errc::invalid_config,
                      "cafka.http.listen: none was given");
  http::access_rules rules{{}, options.operations, options.allow_hosts};
  if (!options.token_file.empty()) {
    std::string wrong;
    auto token = read_token(options.token_file, wrong);
    if (!token) // it changed just now
      return make_error(errc::invalid_config, wrong);
    rules.token = std::move(*token);
  }
  auto made = std::make_unique<http_server::impl>(system, std::move(rules));
  if (auto failure = made->transport.listen(at->host, at->port);
      !failure.empty())
    return make_error(errc::invalid_config, failure);
  auto is_v6 = at->host.find(':') != std::string::npos;
  made->address = fmt::format("{}{}{}:{}", is_v6 ? "[" : "", at->host,
                              is_v6 ? "]" : "", made->transport.port());
  return http_server{std::move(made)};
}

} // namespace cafka
