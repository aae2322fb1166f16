#include "core/dead_letter.hpp"

#include "core/utf8_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace cafka::core {

namespace {

// The names of KIP-1191 (dead letters of share groups).
constexpr std::string_view dlq = "__dlq.errors.";
// What KIP-1191 has no name for.
constexpr std::string_view ours = "__cafka.errors.";
constexpr std::string_view connect = "__connect.errors.";
constexpr std::string_view streams = "__streams.errors.";
constexpr std::string_view spring = "kafka_dlt-";

constexpr std::array all_prefixes{dlq, ours, connect, streams, spring};

std::string name_of(std::string_view prefix, std::string_view rest) {
  return std::string{prefix}.append(rest);
}

/// True for a header that a writer of dead letters adds.
template <class Prefixes>
bool is_of(std::string_view name, const Prefixes& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](auto x) { return name.starts_with(x); });
}

// -- numbers ------------------------------------------------------------------

template <class T>
std::optional<T> number_of(std::string_view text) {
  T result{};
  auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(),
                                        result);
  if (failure != std::errc{} || end != text.data() + text.size() || result < 0)
    return std::nullopt;
  return result;
}

/// As Java's ByteBuffer writes it: the most significant byte first.
template <class T>
std::string binary_of(T x) {
  std::string result;
  for (auto i = sizeof(T); i-- > 0;)
    result += static_cast<char>(static_cast<std::uint64_t>(x) >> (8 * i));
  return result;
}

template <class T>
std::optional<T> from_binary(std::string_view bytes) {
  if (bytes.size() != sizeof(T))
    return std::nullopt;
  std::uint64_t result = 0;
  for (auto x : bytes)
    result = result << 8 | static_cast<unsigned char>(x);
  auto value = static_cast<T>(result);
  return value < 0 ? std::nullopt : std::optional<T>{value};
}

// -- timestamp types, by the names of Kafka's Java client ---------------------

constexpr std::array<std::pair<timestamp_type, std::string_view>, 3> kinds{
  {{timestamp_type::none, "NoTimestampType"},
   {timestamp_type::create_time, "CreateTime"},
   {timestamp_type::log_append_time, "LogAppendTime"}}};

std::string_view text_of(timestamp_type x) {
  return std::find_if(kinds.begin(), kinds.end(),
                      [x](auto& y) { return y.first == x; })
    ->second;
}

timestamp_type kind_of(std::string_view text) {
  auto i = std::find_if(kinds.begin(), kinds.end(),
                        [text](auto& y) { return y.second == text; });
  return i == kinds.end() ? timestamp_type::none : i->first;
}

// -- writing ------------------------------------------------------------------

std::optional<std::string> copy_of(optional_bytes x) {
  return x ? std::optional<std::string>{*x} : std::nullopt;
}

/// Of several the last one counts, as for Java's lastHeader.
optional_bytes last_header(const record& x, std::string_view name) {
  for (auto i = x.header_count(); i-- > 0;)
    if (auto found = x.header_at(i); found.name == name)
      return found.value;
  return std::nullopt;
}

std::uint32_t replays_of(const record& x) {
  auto text = last_header(x, replay_count_header);
  return text ? number_of<std::int32_t>(*text).value_or(0) : 0;
}

/// But for those that `skipped` says and for the count of replays.
template <class Prefixes>
void add_own_headers(output& to, const record& x, const Prefixes& skipped) {
  for (std::size_t i = 0; i < x.header_count(); ++i) {
    auto h = x.header_at(i);
    if (h.name != replay_count_header && !is_of(h.name, skipped))
      to.headers.push_back({std::string{h.name}, copy_of(h.value)});
  }
}

class letter_writer {
public:
  letter_writer(output& to, const record& x, const letter_cause& why,
                std::string cause)
    : to_(to), record_(x), why_(why), cause_(std::move(cause)) {
  }

  void add_ours(std::int64_t now_ms) {
    add(dlq, "topic", record_.topic());
    add(dlq, "partition", std::to_string(record_.partition()));
    add(dlq, "offset", std::to_string(record_.offset()));
    add(dlq, "group", why_.group);
    add(dlq, "delivery.count", std::to_string(why_.failures));
    add(dlq, "message", cause_);
    add(ours, "class", error_class());
    add(ours, "time", std::to_string(now_ms));
    if (auto time = record_.timestamp())
      add(ours, "timestamp", std::to_string(time->count()));
    add(ours, "timestamp.type", std::string{text_of(record_.timestamp_kind())});
    add(ours, "client", why_.client);
  }

  void add_springs() {
    add(spring, "original-topic", record_.topic());
    add(spring, "original-partition", binary_of(record_.partition()));
    add(spring, "original-offset", binary_of(record_.offset()));
    auto time = record_.timestamp();
    add(spring, "original-timestamp",
        binary_of(time ? std::int64_t{time->count()} : std::int64_t{-1}));
    add(spring, "original-timestamp-type",
        std::string{text_of(record_.timestamp_kind())});
    add(spring, "original-consumer-group", why_.group);
    add(spring, "exception-fqcn", error_class());
    add(spring, "exception-message", cause_);
  }

private:
  void add(std::string_view prefix, std::string_view rest, std::string value) {
    to_.headers.push_back({name_of(prefix, rest), std::move(value)});
  }
  std::string error_class() const {
    return utf8_text(why_.error_class, cause_bytes_max);
  }

  output& to_;
  const record& record_;
  const letter_cause& why_;
  std::string cause_;
};

// -- reading ------------------------------------------------------------------

class letter_reader {
public:
  explicit letter_reader(const record& x) : record_(x) {
  }

  std::string text(std::string_view prefix, std::string_view rest) const {
    return std::string{bytes(prefix, rest).value_or("")};
  }
  std::optional<std::string> maybe(std::string_view prefix,
                                   std::string_view rest) const {
    return copy_of(bytes(prefix, rest));
  }
  template <class T>
  std::optional<T>
  number(std::string_view prefix, std::string_view rest) const {
    auto x = bytes(prefix, rest);
    return x ? number_of<T>(*x) : std::nullopt;
  }
  template <class T>
  std::optional<T>
  binary(std::string_view prefix, std::string_view rest) const {
    auto x = bytes(prefix, rest);
    return x ? from_binary<T>(*x) : std::nullopt;
  }
  /// Where all of it is known.
  std::optional<dead_letter> from(std::optional<std::string> topic,
                                  std::optional<partition_t> partition,
                                  std::optional<offset_t> offset) const {
    if (!topic || !partition || !offset)
      return std::nullopt;
    dead_letter result;
    result.source = {std::move(*topic), *partition};
    result.offset = *offset;
    result.replays = replays_of(record_);
    return result;
  }
  /// The same where all is text.
  std::optional<dead_letter> from_text(std::string_view prefix) const {
    return from(maybe(prefix, "topic"),
                number<partition_t>(prefix, "partition"),
                number<offset_t>(prefix, "offset"));
  }

private:
  optional_bytes bytes(std::string_view prefix, std::string_view rest) const {
    return last_header(record_, name_of(prefix, rest));
  }

  const record& record_;
};

std::optional<dead_letter> read_kafka(const letter_reader& x) {
  auto result = x.from_text(dlq);
  if (!result)
    return result;
  result->group = x.maybe(dlq, "group");
  if (auto n = x.number<std::int32_t>(dlq, "delivery.count"))
    result->failures = static_cast<std::uint32_t>(*n);
  result->cause = x.text(dlq, "message");
  result->error_class = x.text(ours, "class");
  result->client = x.text(ours, "client");
  result->time_ms = x.number<std::int64_t>(ours, "time");
  result->timestamp_ms = x.number<std::int64_t>(ours, "timestamp");
  result->timestamp_kind = kind_of(x.text(ours, "timestamp.type"));
  return result;
}

std::optional<dead_letter> read_connect(const letter_reader& x) {
  auto result = x.from_text(connect);
  if (!result)
    return result;
  result->error_class = x.text(connect, "exception.class.name");
  result->cause = x.text(connect, "exception.message");
  result->client = x.text(connect, "connector.name");
  return result;
}

std::optional<dead_letter> read_streams(const letter_reader& x) {
  auto result = x.from_text(streams);
  if (!result)
    return result;
  result->error_class = x.text(streams, "exception");
  result->cause = x.text(streams, "message");
  return result;
}

std::optional<dead_letter> read_spring(const letter_reader& x) {
  auto result = x.from(x.maybe(spring, "original-topic"),
                       x.binary<partition_t>(spring, "original-partition"),
                       x.binary<offset_t>(spring, "original-offset"));
  if (!result)
    return result;
  result->group = x.maybe(spring, "original-consumer-group");
  result->error_class = x.text(spring, "exception-fqcn");
  result->cause = x.text(spring, "exception-message");
  result->timestamp_ms = x.binary<std::int64_t>(spring, "original-timestamp");
  result->timestamp_kind = kind_of(x.text(spring, "original-timestamp-type"));
  return result;
}

} // namespace

std::string dead_letter_topic(std::string_view pattern, std::string_view group,
                              std::string_view topic) {
  const std::array<std::pair<std::string_view, std::string_view>, 2> names{
    {{"{group}", group}, {"{topic}", topic}}};
  std::string result;
  while (!pattern.empty()) {
    auto i = std::find_if(names.begin(), names.end(), [&](auto& x) {
      return pattern.starts_with(x.first);
    });
    result += i == names.end() ? pattern.substr(0, 1) : i->second;
    pattern.remove_prefix(i == names.end() ? 1 : i->first.size());
  }
  return result;
}

output make_dead_letter(const record& x, const letter_cause& why,
                        const dead_letter_form& form, std::int64_t now_ms,
                        bool shrunk) {
  output result{form.topic,
                x.partition() % std::max(form.partitions, 1),
                copy_of(x.key()),
                copy_of(x.value()),
                {}};
  if (form.copy_headers && !shrunk)
    add_own_headers(result, x, std::array{dlq, ours, spring});
  auto limit = shrunk ? shrunk_cause_bytes_max : cause_bytes_max;
  letter_writer writer{result, x, why, utf8_text(why.cause, limit)};
  writer.add_ours(now_ms);
  if (form.style == header_style::spring)
    writer.add_springs();
  if (auto n = replays_of(x); n > 0)
    result.headers.push_back(
      {std::string{replay_count_header}, std::to_string(n)});
  return result;
}

std::optional<dead_letter> read_dead_letter(const record& x) {
  letter_reader reader{x};
  for (auto read : {read_kafka, read_connect, read_streams, read_spring})
    if (auto result = read(reader))
      return result;
  return std::nullopt;
}

output make_replay(const record& x, const dead_letter& from,
                   const std::optional<std::string>& to) {
  output result{to.value_or(from.source.topic),
                std::nullopt,
                copy_of(x.key()),
                copy_of(x.value()),
                {}};
  if (!to)
    result.partition = from.source.partition;
  add_own_headers(result, x, all_prefixes);
  result.headers.push_back(
    {std::string{replay_count_header}, std::to_string(from.replays + 1)});
  return result;
}

} // namespace cafka::core
