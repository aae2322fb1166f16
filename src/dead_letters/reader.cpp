#include "dead_letters/reader.hpp"

#include "api/stop_signal.hpp"
#include "config/client_properties.hpp"
#include "core/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <set>

namespace cafka::app {

namespace {

using std::chrono::milliseconds;

/// Between two looks at signals.
constexpr milliseconds look_interval{50};

/// `progress`: names who keeps how far it came.
kafka::properties properties_of(const group_config& x,
                                const std::string& progress) {
  auto result = client_properties(x);
  result["group.id"] = progress.empty() ? x.group : x.group + "." + progress;
  result.erase("group.instance.id");
  return result;
}

kafka::error with_subject(kafka::error x, const std::string& subject) {
  x.text = subject + ": " + x.text;
  return x;
}

/// Success, or the first of the failures.
template <class T>
kafka::error first_of(const std::map<topic_partition, T>& failures) {
  if (failures.empty())
    return {};
  auto& [tp, why] = *failures.begin();
  return with_subject(why, "partition " + to_string(tp));
}

/// What is in the topics now.
kafka::result<kafka::topic_reader::ranges>
find_ranges(kafka::offset_lookup& at, const std::vector<std::string>& topics,
            bool from_start) {
  auto found = at.partitions_of(topics);
  if (!found.failures.empty())
    return found.failures.front();
  auto in_log = at.ranges(found.partitions);
  if (auto failure = first_of(in_log.failures))
    return failure;
  if (from_start)
    return in_log.values;
  std::vector<topic_partition> all;
  for (auto& [tp, range] : in_log.values)
    all.push_back(tp);
  auto committed = at.committed(all);
  if (!committed)
    return committed.failure();
  if (auto failure = first_of(committed->failures))
    return failure;
  for (auto& [tp, offset] : committed->values) {
    auto& range = in_log.values.at(tp);
    range.first = std::max(range.first, offset);
  }
  return in_log.values;
}

} // namespace

std::vector<std::string> dead_letter_topics(const group_config& x) {
  std::set<std::string> result;
  for (auto& topic : x.topics)
    result.insert(
      core::dead_letter_topic(x.on_failure.dead_letter.topic, x.group, topic));
  return {result.begin(), result.end()};
}

// -- times --------------------------------------------------------------------

std::optional<std::int64_t> time_of(const std::string& text) {
  std::int64_t ms = 0;
  auto* end = text.data() + text.size();
  auto [rest, failure] = std::from_chars(text.data(), end, ms);
  if (failure == std::errc{} && rest == end && ms >= 0)
    return ms;
  return core::parse_time(text);
}

std::string text_of_time(std::optional<std::int64_t> ms) {
  if (!ms)
    return "-";
  auto seconds = static_cast<std::time_t>(*ms / 1'000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> result{};
  std::strftime(result.data(), result.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return result.data();
}

// -- letters ------------------------------------------------------------------

std::optional<std::int64_t> found_letter::time_ms() const {
  if (letter.time_ms)
    return letter.time_ms;
  auto time = record.view().timestamp();
  return time ? std::optional<std::int64_t>{time->count()} : std::nullopt;
}

bool matches(const found_letter& x, const letter_filter& what) {
  auto& letter = x.letter;
  auto is_in = [&](const std::string& text) {
    return text.find(what.cause) != std::string::npos;
  };
  auto time = x.time_ms();
  return (what.topic.empty() || letter.source.topic == what.topic)
         && (!what.since_ms || (time && *time >= *what.since_ms))
         && (is_in(letter.cause) || is_in(letter.error_class));
}

dead_letter_reader::dead_letter_reader(std::string group,
                                       std::chrono::seconds limit,
                                       std::unique_ptr<kafka::topic_reader> x)
  : group_(std::move(group)), limit_(limit), reader_(std::move(x)) {
}

kafka::result<std::unique_ptr<dead_letter_reader>>
dead_letter_reader::open(const group_config& config,
                         const std::string& progress,
                         std::chrono::seconds limit) {
  auto props = properties_of(config, progress);
  auto lookup = kafka::offset_lookup::open(props, limit);
  if (!lookup)
    return lookup.failure();
  auto what = find_ranges(**lookup, dead_letter_topics(config),
                          progress.empty());
  if (!what)
    return what.failure();
  return read(config, props, *what, limit);
}

kafka::result<std::unique_ptr<dead_letter_reader>>
dead_letter_reader::open_at(const group_config& config,
                            const topic_partition& tp, offset_t offset,
                            std::chrono::seconds limit) {
  return read(config, properties_of(config, {}), {{tp, {offset, offset + 1}}},
              limit);
}

kafka::result<std::unique_ptr<dead_letter_reader>>
dead_letter_reader::read(const group_config& config,
                         const kafka::properties& props,
                         const kafka::topic_reader::ranges& what,
                         std::chrono::seconds limit) {
  auto reader = kafka::topic_reader::open(props, what);
  if (!reader)
    return reader.failure();
  return std::unique_ptr<dead_letter_reader>{
    new dead_letter_reader{config.group, limit, std::move(*reader)}};
}

kafka::result<std::optional<found_letter>> dead_letter_reader::next() {
  auto deadline = std::chrono::steady_clock::now() + silence_max;
  while (!reader_->finished() && stop_signal() == 0) {
    auto x = reader_->next(look_interval);
    if (!x)
      return x.failure();
    if (*x) {
      deadline = std::chrono::steady_clock::now() + silence_max;
      if (auto result = look_at(std::move(**x)))
        return result;
    } else if (std::chrono::steady_clock::now() > deadline) {
      kafka::error silent;
      silent.code = errc::timed_out;
      silent.text = fmt::format("nothing came for {} s", silence_max.count());
      return silent;
    }
  }
  return std::optional<found_letter>{};
}

/// A writer that names no group may be anybody's: it is taken.
std::optional<found_letter> dead_letter_reader::look_at(owned_record x) {
  positions_[{x.topic(), x.partition()}] = x.offset() + 1;
  auto letter = core::read_dead_letter(x.view());
  if (letter && letter->group.value_or(group_) == group_)
    return found_letter{std::move(x), std::move(*letter)};
  ++passed_over_;
  return std::nullopt;
}

kafka::error
dead_letter_reader::commit(const std::map<topic_partition, offset_t>& next) {
  return reader_->commit(next, limit_);
}

} // namespace cafka::app
