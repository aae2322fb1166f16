#pragma once

#include "http/page.hpp"
#include "http/transport.hpp"

#include "support/catch.hpp"
#include "support/http_client.hpp"
#include "support/snapshots.hpp"

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace cafka::test {

/// A server whose groups are what the test says.
class http_site {
public:
  explicit http_site(http::access_rules rules = {},
                     std::string page = std::string{http::page_html},
                     http::client_limits limits = {}) {
    http::site x;
    x.rules = std::move(rules);
    x.look = x.look_anew = [this] {
      std::lock_guard guard{mutex_};
      return shown_;
    };
    x.carry_out = [this](auto& y) {
      std::lock_guard guard{mutex_};
      asked_.push_back(y);
      return http::answer_of(reply_);
    };
    x.show_record = [this](auto& y) {
      std::lock_guard guard{mutex_};
      shown_records_.push_back(y);
      return http::answer_of(record_);
    };
    x.page = std::move(page);
    x.page_policy = http::policy_of(x.page);
    show(snapshot_of({seen_group({running_partition("t", 0)})}));
    server_ = std::make_unique<http::transport>(std::move(x), limits);
    REQUIRE(server_->listen("127.0.0.1", 0) == "");
  }

  void show(http::snapshot x) {
    std::lock_guard guard{mutex_};
    shown_ = std::move(x);
  }
  /// What operators asked for.
  std::vector<http::operation> asked() {
    std::lock_guard guard{mutex_};
    return asked_;
  }
  /// What `/api/record` tells of.
  void show_record(record_excerpt x) {
    std::lock_guard guard{mutex_};
    record_ = std::move(x);
  }
  std::vector<http::record_question> shown_records() {
    std::lock_guard guard{mutex_};
    return shown_records_;
  }
  /// What operators are answered.
  void reply(operation_reply x) {
    std::lock_guard guard{mutex_};
    reply_ = std::move(x);
  }
  int port() const {
    return server_->port();
  }
  http_answer get(const std::string& path, const std::string& more = {}) const {
    return test::get(port(), path, more);
  }
  /// Sends just these bytes.
  http_answer ask(const std::string& head, const std::string& body = {}) const {
    return ask_http(port(), head, body);
  }
  void end() {
    server_.reset();
  }

private:
  std::mutex mutex_;
  http::snapshot shown_;
  std::vector<http::operation> asked_;
  std::vector<http::record_question> shown_records_;
  record_excerpt record_;
  operation_reply reply_{operation_result::done, "it is done", -1};
  std::unique_ptr<http::transport> server_;
};

} // namespace cafka::test
