#include "io/service_notifier.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace cafka::io {

namespace {

constexpr auto socket_variable = "NOTIFY_SOCKET";
constexpr auto watchdog_variable = "WATCHDOG_USEC";
constexpr auto watchdog_process_variable = "WATCHDOG_PID";

std::optional<std::string> own_variable(const char* name) {
  auto* value = std::getenv(name);
  if (!value)
    return std::nullopt;
  return std::string{value};
}

/// -1: there is no such socket.
int connect_to(const std::string& name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  auto known = name.starts_with('/') || name.starts_with('@');
  if (!known || name.size() < 2 || name.size() >= sizeof(address.sun_path))
    return -1;
  std::memcpy(address.sun_path, name.data(), name.size());
  if (name.starts_with('@'))
    address.sun_path[0] = '\0'; // how Linux has it
  auto result = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  auto size = offsetof(sockaddr_un, sun_path) + name.size();
  if (result != -1
      && connect(result, reinterpret_cast<sockaddr*>(&address),
                 static_cast<socklen_t>(size))
           != 0)
    close(std::exchange(result, -1));
  return result;
}

/// Nothing: it is no number, or 0.
std::optional<std::int64_t> number_of(const std::string& text) {
  std::int64_t result = 0;
  auto* end = text.data() + text.size();
  if (std::from_chars(text.data(), end, result).ptr != end || result <= 0)
    return std::nullopt;
  return result;
}

} // namespace

service_notifier::service_notifier(const environment& of) {
  auto name = of(socket_variable);
  if (!name)
    return;
  socket_ = connect_to(*name);
  auto process = of(watchdog_process_variable);
  auto is_ours = !process || number_of(*process) == getpid();
  auto limit = of(watchdog_variable);
  if (auto most = limit && is_ours ? number_of(*limit) : std::nullopt)
    watchdog_ = std::chrono::microseconds{*most / 2};
}

service_notifier::~service_notifier() {
  if (socket_ != -1)
    close(socket_);
}

service_notifier::service_notifier(service_notifier&& x) noexcept
  : socket_(std::exchange(x.socket_, -1)), watchdog_(x.watchdog_) {
}

service_notifier& service_notifier::operator=(service_notifier&& x) noexcept {
  std::swap(socket_, x.socket_);
  std::swap(watchdog_, x.watchdog_);
  return *this;
}

service_notifier service_notifier::from_environment() {
  service_notifier result{own_variable};
  for (auto* name :
       {socket_variable, watchdog_variable, watchdog_process_variable})
    unsetenv(name);
  return result;
}

bool service_notifier::send(std::string_view state) const {
  return socket_ != -1
         && ::send(socket_, state.data(), state.size(),
                   MSG_NOSIGNAL | MSG_DONTWAIT)
              != -1;
}

} // namespace cafka::io
