#include "support/fetch_proxy.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace cafka::test {

namespace {

constexpr std::int16_t fetch_key = 1;
constexpr std::int16_t metadata_key = 3;
constexpr std::int16_t find_coordinator_key = 10;
constexpr std::int16_t api_versions_key = 18;

/// The last one before the layout of KIP-482, which this does not read.
constexpr std::int16_t fetch_version_max = 11;
/// From here on (KIP-511) answers to ApiVersions are laid out by KIP-482.
constexpr std::int16_t first_flexible_api_versions = 3;

template <class T>
T read(const std::string& from, std::size_t at) {
  if (at + sizeof(T) > from.size())
    throw std::out_of_range("an answer that ends early");
  std::uint64_t result = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    result = result << 8 | static_cast<unsigned char>(from[at + i]);
  return static_cast<T>(result);
}

template <class T>
void write(std::string& to, std::size_t at, T x) {
  for (std::size_t i = 0; i < sizeof(T); ++i)
    to[at + i] = static_cast<char>(static_cast<std::uint64_t>(x)
                                   >> 8 * (sizeof(T) - 1 - i));
}

template <class T>
std::string bytes_of(T x) {
  std::string result(sizeof(T), '\0');
  write(result, 0, x);
  return result;
}

int new_socket() {
  auto result = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (result < 0)
    throw std::runtime_error("no socket");
  return result;
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = htons(port);
  result.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return result;
}

bool send_all(int to, const std::string& bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    auto n = send(to, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
    if (n <= 0)
      return false;
    at += static_cast<std::size_t>(n);
  }
  return true;
}

/// The first whole message, with its size, is taken out of `from`.
std::optional<std::string> take_message(std::string& from) {
  if (from.size() < sizeof(std::int32_t))
    return std::nullopt;
  auto size = sizeof(std::int32_t)
              + static_cast<std::size_t>(read<std::int32_t>(from, 0));
  if (from.size() < size)
    return std::nullopt;
  auto result = from.substr(0, size);
  from.erase(0, size);
  return result;
}

/// In the answer to ApiVersions the newest Fetch becomes one that is read here.
void limit_fetch(std::string& answer, std::int16_t version) {
  std::size_t at = 4 + 4 + 2; // size, correlation, error
  auto flexible = version >= first_flexible_api_versions;
  auto count = flexible ? read<std::uint8_t>(answer, at) - 1
                        : read<std::int32_t>(answer, at);
  at += flexible ? 1 : 4;
  for (; count > 0; --count, at += flexible ? 7 : 6)
    if (read<std::int16_t>(answer, at) == fetch_key)
      write(answer, at + 4,
            std::min(read<std::int16_t>(answer, at + 4), fetch_version_max));
}

/// Where the records of a partition stand in an answer to Fetch.
struct fetched_partition {
  std::size_t code_at = 0;
  std::size_t size_at = 0;
  std::size_t size = 0;
};

std::vector<fetched_partition> read_fetch(const std::string& answer,
                                          std::int16_t version) {
  std::vector<fetched_partition> result;
  std::size_t at = 4 + 4; // size, correlation
  if (version >= 1)
    at += 4; // throttle
  if (version >= 7)
    at += 2 + 4; // error, session
  auto topics = read<std::int32_t>(answer, at);
  for (at += 4; topics > 0; --topics) {
    at += 2 + static_cast<std::size_t>(read<std::int16_t>(answer, at));
    auto partitions = read<std::int32_t>(answer, at);
    for (at += 4; partitions > 0; --partitions) {
      fetched_partition x;
      x.code_at = at + 4;
      at += 4 + 2 + 8; // partition, error, end
      if (version >= 4)
        at += 8; // last stable offset
      if (version >= 5)
        at += 8; // start of the log
      if (version >= 4)
        at += 4
              + 16
                  * static_cast<std::size_t>(
                    std::max(read<std::int32_t>(answer, at), 0)); // aborted
      if (version >= 11)
        at += 4; // preferred replica
      x.size_at = at;
      x.size
        = static_cast<std::size_t>(std::max(read<std::int32_t>(answer, at), 0));
      at += 4 + x.size;
      result.push_back(x);
    }
  }
  return result;
}

} // namespace

struct fetch_proxy::pair {
  int client = -1;
  int broker = -1;
  std::string asked;                    // and not passed on yet
  std::string answered;                 // the same
  std::map<std::int32_t, request> open; // by correlation
};

fetch_proxy::fetch_proxy(const std::string& broker) {
  auto colon = broker.rfind(':');
  host_ = broker.substr(0, colon);
  broker_port_
    = static_cast<std::uint16_t>(std::stoi(broker.substr(colon + 1)));
  listener_ = new_socket();
  auto at = loopback(0);
  socklen_t size = sizeof(at);
  auto* any = reinterpret_cast<sockaddr*>(&at);
  if (bind(listener_, any, size) != 0 || listen(listener_, SOMAXCONN) != 0
      || getsockname(listener_, any, &size) != 0 || pipe(wake_) != 0)
    throw std::runtime_error("no listener on loopback");
  port_ = ntohs(at.sin_port);
  endpoint_ = host_ + ":" + std::to_string(port_);
  thread_ = std::thread{[this] { run(); }};
}

fetch_proxy::~fetch_proxy() {
  close(wake_[1]); // ends the thread
  thread_.join();
  close(wake_[0]);
  close(listener_);
}

void fetch_proxy::spoil_every(int n, std::vector<fetch_fault> how) {
  std::lock_guard guard{mutex_};
  every_ = n;
  how_ = std::move(how);
  seen_ = spoiled_ = passed_behind_ = 0;
}

bool fetch_proxy::await_spoiled(int n) {
  std::unique_lock guard{mutex_};
  return changed_.wait_for(guard, std::chrono::seconds{30}, [&] {
    return spoiled_ > n || (spoiled_ == n && passed_behind_ > 0);
  });
}

void fetch_proxy::run() {
  while (true) {
    std::vector<pollfd> all{{wake_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
    for (auto& x : pairs_) {
      all.push_back({x.client, POLLIN, 0});
      all.push_back({x.broker, POLLIN, 0});
    }
    poll(all.data(), all.size(), -1);
    if (all[0].revents != 0)
      break;
    auto ready = all.begin() + 2;
    for (auto x = pairs_.begin(); x != pairs_.end(); ready += 2) {
      auto lives = (ready[0].revents == 0 || pass(*x, true))
                   && (ready[1].revents == 0 || pass(*x, false));
      if (lives) {
        ++x;
        continue;
      }
      close(x->client);
      close(x->broker);
      x = pairs_.erase(x);
    }
    if (all[1].revents != 0)
      accept();
  }
  for (auto& x : pairs_) {
    close(x.client);
    close(x.broker);
  }
}

void fetch_proxy::accept() {
  pair x;
  x.client = ::accept(listener_, nullptr, nullptr);
  x.broker = new_socket();
  auto at = loopback(broker_port_);
  if (connect(x.broker, reinterpret_cast<sockaddr*>(&at), sizeof(at)) == 0) {
    pairs_.push_back(std::move(x));
    return;
  }
  close(x.client);
  close(x.broker);
}

bool fetch_proxy::pass(pair& x, bool from_client) {
  std::array<char, 65'536> buffer;
  auto n = recv(from_client ? x.client : x.broker, buffer.data(), buffer.size(),
                0);
  if (n <= 0)
    return false;
  auto& to = from_client ? x.asked : x.answered;
  to.append(buffer.data(), static_cast<std::size_t>(n));
  return from_client ? pass_requests(x) : pass_answers(x);
}

bool fetch_proxy::pass_requests(pair& x) {
  while (auto message = take_message(x.asked)) {
    x.open[read<std::int32_t>(*message, 8)] = {read<std::int16_t>(*message, 4),
                                               read<std::int16_t>(*message, 6)};
    if (!send_all(x.broker, *message))
      return false;
  }
  return true;
}

bool fetch_proxy::pass_answers(pair& x) {
  while (auto message = take_message(x.answered)) {
    auto node = x.open.extract(read<std::int32_t>(*message, 4));
    auto is_last = false;
    if (node && node.mapped().key == fetch_key)
      is_last = spoil(*message, node.mapped().version);
    else if (node)
      rewrite(*message, node.mapped());
    if (!send_all(x.client, *message) || is_last)
      return false;
  }
  return true;
}

void fetch_proxy::rewrite(std::string& answer, const request& of) {
  if (of.key == api_versions_key)
    limit_fetch(answer, of.version);
  if (of.key != metadata_key && of.key != find_coordinator_key)
    return;
  // The port, four bytes, stands behind the host in every version.
  auto from = host_ + bytes_of<std::int32_t>(broker_port_);
  auto to = host_ + bytes_of<std::int32_t>(port_);
  for (auto at = answer.find(from); at != std::string::npos;
       at = answer.find(from, at + from.size()))
    answer.replace(at, from.size(), to);
}

bool fetch_proxy::spoil(std::string& answer, std::int16_t version) {
  auto partitions = read_fetch(answer, version);
  std::erase_if(partitions, [](auto& x) { return x.size == 0; });
  if (partitions.empty())
    return false;
  std::lock_guard guard{mutex_};
  changed_.notify_all();
  if (every_ == 0 || ++seen_ % every_ != 0) {
    ++passed_behind_;
    return false;
  }
  auto& how = how_[static_cast<std::size_t>(spoiled_) % how_.size()];
  ++spoiled_;
  passed_behind_ = 0;
  using kind = fetch_fault::kind;
  if (how.what == kind::hang_up) {
    answer.resize(answer.size() / 2);
    return true;
  }
  // From the last on, so that what stands before keeps its place.
  for (auto i = partitions.rbegin(); i != partitions.rend(); ++i) {
    auto left = how.what == kind::cut_off ? i->size / 2 : 0;
    if (how.what == kind::code)
      write(answer, i->code_at, how.code);
    write(answer, i->size_at, static_cast<std::int32_t>(left));
    answer.erase(i->size_at + 4 + left, i->size - left);
  }
  write(answer, 0, static_cast<std::int32_t>(answer.size() - 4));
  return false;
}

} // namespace cafka::test
