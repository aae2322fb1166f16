#include "program/builtin_handlers.hpp"

#include "config/shown_key.hpp"
#include "exec_handlers/exec_settings.hpp"
#include "io/record_json.hpp"

#include <caf/config_value.hpp>

#include <fmt/format.h>

#include <stdexcept>

namespace cafka::app {

namespace {

constexpr auto encoding_key = "encoding";

/// Nothing: no encoding that there is.
std::optional<io::bytes_form> encoding_of(const caf::settings& args) {
  auto i = args.find(encoding_key);
  if (i == args.end())
    return io::bytes_form::text;
  auto* name = caf::get_if<std::string>(&i->second);
  if (name && *name == "text")
    return io::bytes_form::text;
  if (name && *name == "base64")
    return io::bytes_form::base64;
  return std::nullopt;
}

class print_handler : public message_handler {
public:
  print_handler(std::shared_ptr<io::record_output> out, io::bytes_form form)
    : out_(std::move(out)), form_(form) {
  }

  handler_answer handle(const message_batch& batch) override {
    lines_.clear();
    for (auto x : batch)
      io::add_json_line(lines_, x, form_);
    auto failure = out_->write(lines_);
    if (!failure.empty())
      return handler_answer::failed("standard output: " + failure);
    return handler_answer::ack();
  }

private:
  std::shared_ptr<io::record_output> out_;
  io::bytes_form form_;
  std::string lines_; // kept for its memory
};

} // namespace

known_handlers make_handlers(std::shared_ptr<io::record_output> out,
                             const handler_registry& own) {
  auto print = [out = std::move(out)](const handler_context& x) {
    return std::make_unique<print_handler>(
      out, encoding_of(x.init_args).value_or(io::bytes_form::text));
  };
  auto count
    = make_handler([](const message_batch&) { return handler_answer::ack(); });
  handler_factory exec
    = [](const handler_context&) -> std::unique_ptr<message_handler> {
    throw std::logic_error{"the handler exec is not set"};
  };
  known_handlers result;
  result.all = own;
  for (auto& x :
       handler_registry{{"print", print}, {"count", count}, {"exec", exec}})
    if (result.all.insert(x).second)
      result.built_in.insert(x.first);
  return result;
}

bool runs_program(const known_handlers& handlers, const configured_group& x) {
  return x.handler == "exec" && handlers.built_in.contains(x.handler);
}

std::vector<std::string> check_init_args(const known_handlers& handlers,
                                         const configured_group& x) {
  std::vector<std::string> result;
  if (!handlers.built_in.contains(x.handler))
    return result; // its owner knows them
  auto add = [&](const std::string& key, const std::string& allowed) {
    result.push_back(fmt::format("group {}: handler-init-args.{}: {}",
                                 x.options.config.name, key, allowed));
  };
  if (runs_program(handlers, x)) {
    for (auto& each :
         exec_handlers::check_exec_args(x.options.config.handler_init_args))
      result.push_back(fmt::format("group {}: handler-init-args.{}",
                                   x.options.config.name, each));
    if (auto failure = exec_handlers::wrong_beside_program(x.options.config);
        !failure.empty())
      result.push_back(
        fmt::format("group {}: {}", x.options.config.name, failure));
    return result;
  }
  auto is_print = x.handler == "print";
  for (auto& [key, value] : x.options.config.handler_init_args)
    if (!is_print || std::string{key} != encoding_key)
      add(shown_key(std::string{key}),
          fmt::format("the handler {} has no such argument", x.handler));
  if (is_print && !encoding_of(x.options.config.handler_init_args))
    add(encoding_key, "\"text\" or \"base64\"");
  return result;
}

} // namespace cafka::app
