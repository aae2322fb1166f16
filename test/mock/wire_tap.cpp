#include "support/wire_tap.hpp"

#include <chrono>
#include <stdexcept>

#include <dlfcn.h>
#include <sys/socket.h>

namespace cafka::test {

namespace {

using namespace std::chrono_literals;

/// The mock cluster's first assignment takes 3 s.
constexpr auto limit = 30s;

constexpr std::int16_t fetch_key = 1;
constexpr std::int16_t metadata_key = 3;
constexpr std::int16_t join_group_key = 11;

/// From these versions on sizes are written differently, and a request has room
/// for tagged fields (KIP-482).
constexpr std::int16_t first_flexible_fetch = 12;
constexpr std::int16_t first_flexible_metadata = 9;
constexpr std::int16_t first_flexible_join = 6;
/// Fetch from this version on names topics by their ids (KIP-516).
constexpr std::int16_t first_fetch_with_topic_ids = 13;
/// Fetch from this version on tells the replica in a tagged field (KIP-903).
constexpr std::int16_t first_fetch_without_replica = 15;

/// Metadata from this version on says whether topics may be made (KIP-204).
constexpr std::int16_t first_metadata_without_creation = 4;
/// Metadata from this version on may name topics by their ids (KIP-516).
constexpr std::int16_t first_metadata_with_topic_ids = 10;

std::mutex tap_mutex;
wire_tap* tap = nullptr;

/// Takes a request apart: big-endian numbers, texts behind their sizes.
class reader {
public:
  explicit reader(const std::string& bytes) : bytes_(bytes) {
  }
  /// What follows is laid out as KIP-482 says.
  void become_flexible() {
    flexible_ = true;
    if (varint() != 0)
      throw std::out_of_range("tagged fields in the header");
  }
  template <class T>
  T number() {
    std::uint64_t result = 0;
    for (auto c : take(sizeof(T)))
      result = result << 8 | static_cast<unsigned char>(c);
    return static_cast<T>(result);
  }
  /// How many elements follow.
  std::int32_t count() {
    return flexible_ ? compact_size() : number<std::int32_t>();
  }
  std::optional<std::string> text() {
    auto size = flexible_ ? compact_size() : number<std::int16_t>();
    if (size < 0)
      return std::nullopt;
    return take(static_cast<std::size_t>(size));
  }
  /// Behind an element of a list.
  void end_element() {
    if (flexible_ && varint() != 0)
      throw std::out_of_range("tagged fields in an element");
  }
  std::string take(std::size_t n) {
    if (bytes_.size() - at_ < n)
      throw std::out_of_range("a request that ends early");
    at_ += n;
    return bytes_.substr(at_ - n, n);
  }

private:
  std::uint32_t varint() {
    std::uint32_t result = 0;
    for (int shift = 0; shift < 32; shift += 7) {
      auto x = number<std::uint8_t>();
      result |= (x & 0x7fu) << shift;
      if (x < 0x80)
        return result;
    }
    throw std::out_of_range("a number that does not end");
  }
  // One more than the size; 0 is null.
  std::int32_t compact_size() {
    return static_cast<std::int32_t>(varint()) - 1;
  }

  const std::string& bytes_;
  std::size_t at_ = 0;
  bool flexible_ = false;
};

seen_fetch read_fetch(reader& in, std::int16_t version) {
  seen_fetch result;
  if (version < first_fetch_without_replica)
    in.number<std::int32_t>();
  result.max_wait_ms = in.number<std::int32_t>();
  result.min_bytes = in.number<std::int32_t>();
  if (version >= 3)
    in.number<std::int32_t>(); // most bytes of the whole answer
  if (version >= 4)
    in.number<std::int8_t>(); // isolation level
  if (version >= 7)
    in.take(8); // session and its epoch
  in.count();   // topics
  if (version < first_fetch_with_topic_ids)
    in.text();
  else
    in.take(16);
  in.count();                // partitions
  in.number<std::int32_t>(); // the first one
  if (version >= 9)
    in.number<std::int32_t>(); // leader epoch
  in.number<std::int64_t>();   // offset
  if (version >= 12)
    in.number<std::int32_t>(); // epoch of the last record
  if (version >= 5)
    in.number<std::int64_t>(); // start of the log
  result.partition_max_bytes = in.number<std::int32_t>();
  return result;
}

seen_join read_join(reader& in, std::int16_t version) {
  seen_join result;
  result.group = in.text().value_or("");
  result.session_timeout_ms = in.number<std::int32_t>();
  if (version >= 1)
    in.number<std::int32_t>(); // rebalance timeout
  in.text();                   // member
  if (version >= 5)
    result.group_instance_id = in.text();
  in.text(); // "consumer"
  for (auto n = in.count(); n > 0; --n) {
    result.protocols.push_back(in.text().value_or(""));
    in.take(static_cast<std::size_t>(in.count()));
    in.end_element();
  }
  return result;
}

seen_metadata read_metadata(reader& in, std::int16_t version) {
  seen_metadata result;
  for (auto n = in.count(); n > 0; --n) {
    if (version >= first_metadata_with_topic_ids)
      in.take(16);
    result.topics.push_back(in.text().value_or(""));
    in.end_element();
  }
  if (version >= first_metadata_without_creation)
    result.may_create = in.number<std::int8_t>() != 0;
  return result;
}

/// Of the requests that are looked at; nothing: it is none of them.
std::optional<std::int16_t> first_flexible(std::int16_t key) {
  switch (key) {
    case fetch_key:
      return first_flexible_fetch;
    case metadata_key:
      return first_flexible_metadata;
    case join_group_key:
      return first_flexible_join;
    default:
      return std::nullopt;
  }
}

std::string gather(const msghdr& message) {
  std::string result;
  for (std::size_t i = 0; i < message.msg_iovlen; ++i)
    result.append(static_cast<const char*>(message.msg_iov[i].iov_base),
                  message.msg_iov[i].iov_len);
  return result;
}

} // namespace

wire_tap::wire_tap() {
  std::lock_guard guard{tap_mutex};
  tap = this;
}

wire_tap::~wire_tap() {
  std::lock_guard guard{tap_mutex};
  tap = nullptr;
}

std::optional<seen_fetch> wire_tap::await_fetch() {
  std::unique_lock guard{mutex_};
  noted_.wait_for(guard, limit, [this] { return fetch_.has_value(); });
  return fetch_;
}

std::optional<seen_join> wire_tap::await_join() {
  std::unique_lock guard{mutex_};
  noted_.wait_for(guard, limit, [this] { return join_.has_value(); });
  return join_;
}

std::vector<seen_metadata> wire_tap::metadata() {
  std::lock_guard guard{mutex_};
  return metadata_;
}

void wire_tap::note(const std::string& message) try {
  reader in{message};
  if (in.number<std::uint32_t>() != message.size() - sizeof(std::uint32_t))
    return;
  auto key = in.number<std::int16_t>();
  auto version = in.number<std::int16_t>();
  in.number<std::int32_t>(); // correlation
  if (in.text() != "rdkafka")
    return; // not a request of a client
  auto flexible = first_flexible(key);
  if (!flexible)
    return;
  if (version >= *flexible)
    in.become_flexible();
  std::lock_guard guard{mutex_};
  if (key == fetch_key && !fetch_)
    fetch_ = read_fetch(in, version);
  else if (key == join_group_key && !join_)
    join_ = read_join(in, version);
  else if (key == metadata_key)
    metadata_.push_back(read_metadata(in, version));
  noted_.notify_all();
} catch (const std::out_of_range&) {
  // An answer of the mock cluster, which has another form.
}

} // namespace cafka::test

/// librdkafka's way into a socket; what the tests' binary defines comes before
/// the C library's.
extern "C" ssize_t sendmsg(int socket, const msghdr* message, int flags) {
  using function = ssize_t (*)(int, const msghdr*, int);
  static auto next = reinterpret_cast<function>(dlsym(RTLD_NEXT, "sendmsg"));
  {
    std::lock_guard guard{cafka::test::tap_mutex};
    if (cafka::test::tap != nullptr)
      cafka::test::tap->note(cafka::test::gather(*message));
  }
  return next(socket, message, flags);
}
