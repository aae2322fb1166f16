#pragma once

#include "control/server.hpp"
#include "control/status_view.hpp"
#include "program/exit_code.hpp"

#include <cafka/types.hpp>

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <utility>

namespace cafka::app {

/// What the command line of an order says.
struct order_arguments : server_arguments {
  std::string group;
  std::string partition;
  std::string reason;
  std::string who;
  std::string step;
  std::string to;
  offset_t offset = -1;
  bool all = false;
  bool json = false;
  bool yes = false;
};

/// As it stands in front of what is told.
std::string order_name(const char* kind);

/// One intent of an operator's, from the first look to what became of it.
class order {
public:
  order(const order_arguments& args, const char* kind, server to)
    : args_(args), kind_(kind), server_(std::move(to)) {
  }

  exit_code pause_or_resume();
  exit_code restart();
  exit_code dispose();
  exit_code move();
  exit_code show_record();

private:
  /// What runs there, as far as it is needed: false: it was told what is wrong.
  bool look();
  bool find_partition();
  bool read_partition();
  bool fail(const std::string& why, exit_code with) {
    code_ = server_.complain(why, with);
    return false;
  }
  http::client_answer ask_record() const;
  void print_record(offset_t offset) const;
  exit_code post(nlohmann::json more) const;
  exit_code tell(const http::client_answer& x) const;
  std::string target_text() const;

  const order_arguments& args_;
  const char* kind_;
  server server_;
  std::optional<control::status_view> status_;
  const control::group_view* group_ = nullptr;
  topic_partition of_{{}, -1};
  const control::partition_view* partition_ = nullptr;
  exit_code code_ = exit_code::ok; // with which it failed
};

} // namespace cafka::app
