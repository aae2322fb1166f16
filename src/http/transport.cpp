/// cpp-httplib: what it parses, and what it writes.

#include "http/transport.hpp"

#include "http/limited_stream.hpp"
#include "http/status_document.hpp"
#include "http/worker_threads.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace cafka::http {

namespace {

using namespace std::chrono_literals;

/// How long a client may take to hear that it was refused.
constexpr auto farewell_limit = 200ms;
constexpr std::size_t body_bytes_max = 64 * 1'024;
constexpr std::size_t head_bytes_max = 16 * 1'024;
constexpr int listeners_max = 4;
constexpr auto look_interval = 1s;
/// Without a word a listener that has gone would never be noticed.
constexpr int looks_per_word = 15;

request read(const httplib::Request& x) {
  request result;
  result.method = x.method;
  result.path = x.path;
  auto [host, end] = x.headers.equal_range("Host");
  for (; host != end; ++host)
    result.hosts.push_back(host->second);
  result.authorization = x.get_header_value("Authorization");
  result.content_type = x.get_header_value("Content-Type");
  result.content_encoding = x.get_header_value("Content-Encoding");
  result.transfer_encoding = x.get_header_value("Transfer-Encoding");
  result.fetch_site = x.get_header_value("Sec-Fetch-Site");
  result.if_none_match = x.get_header_value("If-None-Match");
  for (auto& [name, value] : x.params)
    result.parameters.emplace(name, value);
  result.body = x.body;
  return result;
}

void write(const response& from, httplib::Response& to) {
  to.status = from.status;
  for (auto& [name, value] : from.fields)
    to.set_header(name, value);
  if (from.status != 304)
    to.set_content(from.body, from.type);
}

void set_socket_options(socket_t x) {
  int yes = 1;
  // Not the SO_REUSEPORT of httplib: two processes would share the address.
  setsockopt(x, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  fcntl(x, F_SETFD, FD_CLOEXEC);
}

class task_queue : public httplib::TaskQueue {
public:
  explicit task_queue(worker_threads& x) : threads_(x) {
  }
  void enqueue(std::function<void()> x) override {
    threads_.add(std::move(x));
  }
  void shutdown() override {
    threads_.join();
  }

private:
  worker_threads& threads_;
};

/// A client that has sent all of it, and takes every answer.
class memory_stream : public httplib::Stream {
public:
  explicit memory_stream(std::string_view sent) : sent_(sent) {
  }
  bool is_readable() const override {
    return true;
  }
  bool is_writable() const override {
    return true;
  }
  ssize_t read(char* to, size_t size) override {
    if (sent_.empty())
      return -1;
    auto n = sent_.copy(to, size);
    sent_.remove_prefix(n);
    return static_cast<ssize_t>(n);
  }
  ssize_t write(const char* from, size_t size) override {
    said.append(from, size);
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string&, int&) const override {
  }
  void get_local_ip_and_port(std::string&, int&) const override {
  }
  socket_t socket() const override {
    return -1;
  }
  bool wait_readable() const {
    return true;
  }
  bool wait_writable() const {
    return true;
  }
  time_t duration() const {
    return 0;
  }

  std::string said;

private:
  std::string_view sent_;
};

/// Sends the status to a listener whenever it changed.
class status_stream {
public:
  status_stream(const site& from, int stop, std::atomic<int>& listeners)
    : from_(from), stop_(stop), listeners_(listeners) {
  }

  /// False: it is over.
  bool send_next(httplib::DataSink& to) {
    auto text = next();
    return text && to.write(text->data(), text->size());
  }
  void end() {
    --listeners_;
  }

private:
  std::optional<std::string> next() {
    for (int looks = 0;; ++looks) {
      auto status = make_status(from_.look(), from_.rules.operations);
      if (status.tag != sent_) {
        sent_ = status.tag;
        return fmt::format("event: status\ndata: {}\n\n", status.body);
      }
      if (looks == looks_per_word)
        return ": \n\n";
      pollfd asked{stop_, POLLIN, 0};
      if (poll(
            &asked, 1,
            static_cast<int>(std::chrono::milliseconds{look_interval}.count()))
          != 0)
        return std::nullopt;
    }
  }

  const site& from_;
  int stop_;
  std::atomic<int>& listeners_;
  std::string sent_;
};

} // namespace

struct transport::impl : httplib::Server {
  impl(site x, client_limits y)
    : from(std::move(x)), limits(y), stop_event(eventfd(0, EFD_CLOEXEC)) {
    new_task_queue = [this] { return new task_queue{threads}; };
    set_payload_max_length(body_bytes_max);
    httplib::Server::set_socket_options(http::set_socket_options);
    httplib::Headers common;
    for (auto& [name, value] : common_fields())
      common.emplace(name, value);
    set_default_headers(std::move(common));
    set_pre_routing_handler([this](auto& asked, auto& to) {
      auto refusal = check_access(read(asked), from.rules);
      if (refusal.status == 200)
        return HandlerResponse::Unhandled;
      write(refusal, to);
      return HandlerResponse::Handled;
    });
    set_exception_handler([](auto&, auto& to, auto) { // says nothing of it
      to.status = 500;
      to.set_content("this failed\n", "text/plain");
    });
    Get("/api/events", [this](auto&, auto& to) { stream(to); });
    auto ask = [this](auto& asked, auto& to) {
      write(answer(from, read(asked)), to);
    };
    Get(".*", ask);
    Post(".*", ask);
  }
  ~impl() override {
    close(stop_event);
  }

  void stream(httplib::Response& to) {
    if (++listeners > listeners_max) {
      --listeners;
      write({503, "text/plain", "enough listeners: ask /api/status\n", {}}, to);
      return;
    }
    auto state = std::make_shared<status_stream>(from, stop_event, listeners);
    to.set_chunked_content_provider(
      "text/event-stream",
      [state](std::size_t, httplib::DataSink& sink) {
        return state->send_next(sink);
      },
      [state](bool) { state->end(); });
  }

  /// In the place of httplib's, which waits for each byte anew.
  bool process_and_close_socket(socket_t socket) override {
    fcntl(socket, F_SETFD, FD_CLOEXEC);
    limited_stream connection{socket, stop_event, limits.read,
                              head_bytes_max + body_bytes_max, limits.write};
    serve(connection);
    bid_farewell(socket);
    return true;
  }

  void signal_stop() const {
    std::uint64_t one = 1;
    [[maybe_unused]] auto n = ::write(stop_event, &one, sizeof one);
  }

  void serve(httplib::Stream& connection) {
    auto is_closed = false;
    process_request(connection, true, is_closed, [](httplib::Request& x) {
      // Neither parts of an answer nor a compressed one.
      x.ranges.clear();
      x.headers.erase("Range");
      x.headers.erase("Accept-Encoding");
    });
  }

  /// A close with something unread would take the answer back from the client.
  void bid_farewell(socket_t socket) const {
    ::shutdown(socket, SHUT_WR);
    limited_stream rest{socket, stop_event, farewell_limit, body_bytes_max,
                        farewell_limit};
    std::array<char, 4'096> ignored{};
    while (rest.read(ignored.data(), ignored.size()) > 0) {
      // nop
    }
    close(socket);
  }

  site from;
  client_limits limits;
  int stop_event; // readable: everybody is to end
  std::atomic<int> listeners = 0;
  worker_threads threads;
  int port = 0;
  std::atomic<bool> ended = false;
  std::thread accepts;
};

transport::transport(site x, client_limits limits)
  : impl_(std::make_unique<impl>(std::move(x), limits)) {
}

transport::~transport() {
  if (!impl_->accepts.joinable())
    return;
  impl_->signal_stop();
  impl_->threads.close();
  impl_->stop();
  impl_->accepts.join();
}

std::string transport::listen(const std::string& host, int port) {
  auto bound = port == 0 ? impl_->bind_to_any_port(host) : port;
  if (bound < 0 || (port != 0 && !impl_->bind_to_port(host, port)))
    return fmt::format("http: {}:{} cannot be listened at: {}", host, port,
                       std::strerror(errno));
  impl_->port = bound;
  impl_->accepts = std::thread{[x = impl_.get()] {
    x->listen_after_bind();
    x->ended = true;
  }};
  while (!impl_->is_running() && !impl_->ended)
    std::this_thread::yield(); // stop() has no effect before
  return {};
}

std::string transport::answer_to(std::string_view bytes) {
  impl_->signal_stop(); // a stream ends behind its begin
  memory_stream client{bytes.substr(0, head_bytes_max + body_bytes_max)};
  impl_->serve(client);
  return std::move(client.said);
}

int transport::port() const noexcept {
  return impl_->port;
}

} // namespace cafka::http
