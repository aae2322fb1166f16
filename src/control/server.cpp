#include "control/server.hpp"

#include "config/http_settings.hpp"
#include "core/utf8_text.hpp"
#include "io/notes.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <utility>

namespace cafka::app {

namespace {

/// Of a refusal that is told; an answer of somebody else's may be any page.
constexpr std::size_t said_bytes_max = 200;

constexpr int forbidden = 403;
constexpr int ok = 200;

std::string said(const http::client_answer& x) {
  auto line = x.body.substr(0, x.body.find('\n'));
  return core::visible_text(core::utf8_text(line, said_bytes_max));
}

} // namespace

void add_server_arguments(CLI::App& command, server_arguments& to) {
  command
    .add_option("--http", to.address,
                "Where the groups' process serves HTTP, as 127.0.0.1:8080: its "
                "own --http, or http.listen of its config file")
    ->required();
  command.add_option("--token-file", to.token_file,
                     "The file with the token, where that process has one");
}

server::server(std::string command, const server_arguments& args,
               const http::server_address& to, std::string token)
  : command_(std::move(command)),
    address_(http::to_string(to)),
    token_file_(args.token_file),
    client_(to, std::move(token)) {
}

std::optional<server> server::open(std::string command,
                                   const server_arguments& args) {
  auto refuse = [&](const std::string& why) {
    io::print_note(fmt::format("{}: {}", command, why));
    return std::nullopt;
  };
  auto to = http::parse_server(args.address);
  if (!to)
    return refuse(
      fmt::format("--http {}: a host and a port from 1 to 65535, as "
                  "127.0.0.1:8080, [::1]:8080 or name:8080; there "
                  "is no TLS",
                  args.address));
  std::string token;
  if (!args.token_file.empty()) {
    std::string wrong;
    auto read = read_token(args.token_file, wrong);
    if (!read)
      return refuse(fmt::format("--token-file {}: {}", args.token_file, wrong));
    token = std::move(*read);
  }
  return server{std::move(command), args, *to, std::move(token)};
}

exit_code server::complain(const std::string& what, exit_code with) const {
  io::print_note(fmt::format("{}: {}", command_, what));
  return with;
}

std::string server::refusal_text(const http::client_answer& x) const {
  if (x.status == 0)
    return fmt::format("{}: {}. A group's process serves HTTP where its --http "
                       "or http.listen says",
                       address_, x.failure);
  if (x.wants_token && token_file_.empty())
    return fmt::format("{} wants a token: --token-file says where it is",
                       address_);
  if (x.wants_token)
    return fmt::format("{} refuses the token in {}: it is to be the one of its "
                       "http.token-file",
                       address_, token_file_);
  if (x.status == forbidden)
    return fmt::format("{} refuses it: {}", address_, said(x));
  return fmt::format("{} answers {}: {}", address_, x.status, said(x));
}

std::optional<std::string> server::status_text(std::string& wrong) const {
  auto came = client_.get("/api/status");
  if (came.status == ok)
    return std::move(came.body);
  wrong = refusal_text(came);
  return std::nullopt;
}

std::optional<control::status_view> server::status() const {
  std::string wrong;
  auto text = status_text(wrong);
  auto result = text ? control::read_status(*text) : std::nullopt;
  if (text && !result)
    wrong = fmt::format("{} is no cafka of this version: it answers "
                        "/api/status with something else",
                        address_);
  if (!result)
    complain(wrong, exit_code::broker_failed);
  return result;
}

} // namespace cafka::app
