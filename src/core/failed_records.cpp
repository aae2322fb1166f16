#include "core/failed_records.hpp"

#include <algorithm>

namespace cafka::core {

auto failed_records::find(offset_t x) noexcept -> entry* {
  auto i = entries_.find(x);
  return i == entries_.end() ? nullptr : &i->second;
}

auto failed_records::find(offset_t x) const noexcept -> const entry* {
  auto i = entries_.find(x);
  return i == entries_.end() ? nullptr : &i->second;
}

auto failed_records::find_letter(std::uint64_t id) noexcept
  -> std::pair<const offset_t, entry>* {
  auto i = std::ranges::find_if(entries_, [id](auto& x) {
    return x.second.way && x.second.way->is_away() && x.second.way->id() == id;
  });
  return i == entries_.end() ? nullptr : &*i;
}

auto failed_records::failed(offset_t x, failure_cause cause) -> entry& {
  auto& result = entries_[x];
  ++result.failures;
  result.cause = std::move(cause);
  result.again = false;
  return result;
}

void failed_records::delivered(offset_range x) noexcept {
  auto end = entries_.lower_bound(x.last);
  for (auto i = entries_.lower_bound(x.first); i != end; ++i)
    if (!i->second.way)
      i->second.again = true;
}

void failed_records::erase(std::span<const offset_range> xs) {
  for (auto& x : xs)
    entries_.erase(entries_.lower_bound(x.first), entries_.lower_bound(x.last));
}

void failed_records::forgive() noexcept {
  for (auto& [offset, x] : entries_)
    x.failures = 0;
}

void failed_records::rewind() noexcept {
  for (auto& [offset, x] : entries_) {
    x.way.reset();
    x.again = false;
  }
}

std::optional<offset_t> failed_records::first() const noexcept {
  return empty() ? std::nullopt : std::optional{entries_.begin()->first};
}

std::uint32_t failed_records::failures(offset_t x) const noexcept {
  auto* found = find(x);
  return found == nullptr ? 0 : found->failures;
}

range_set failed_records::not_acked_by(offset_t named) const {
  range_set result;
  for (auto& [offset, x] : entries_)
    if (offset != named || !x.may_be_acked())
      result.insert({offset, offset + 1});
  return result;
}

std::vector<std::pair<offset_t, std::uint32_t>>
failed_records::counts(offset_range x) const {
  std::vector<std::pair<offset_t, std::uint32_t>> result;
  auto end = entries_.lower_bound(x.last);
  for (auto i = entries_.lower_bound(x.first); i != end; ++i)
    if (!i->second.way)
      result.emplace_back(i->first, i->second.failures);
  return result;
}

range_set failed_records::on_their_way(offset_range x) const {
  range_set result;
  auto end = entries_.lower_bound(x.last);
  for (auto i = entries_.lower_bound(x.first); i != end; ++i)
    if (i->second.way)
      result.insert({i->first, i->first + 1});
  return result;
}

bool failed_records::is_on_its_way(offset_t x) const noexcept {
  auto* found = find(x);
  return found != nullptr && found->way;
}

bool failed_records::is_away(offset_t x) const noexcept {
  auto* found = find(x);
  return found != nullptr && found->way && found->way->is_away();
}

bool failed_records::any_away() const noexcept {
  return std::ranges::any_of(entries_, [](auto& x) {
    return x.second.way && x.second.way->is_away();
  });
}

auto failed_records::worst() const noexcept
  -> const std::pair<const offset_t, entry>* {
  auto i = std::ranges::max_element(entries_, {},
                                    [](auto& x) { return x.second.failures; });
  return i == entries_.end() ? nullptr : &*i;
}

auto failed_records::stuck() const noexcept
  -> const std::pair<const offset_t, entry>* {
  auto i = std::ranges::find_if(entries_, [](auto& x) {
    return x.second.way && x.second.way->is_stuck();
  });
  return i == entries_.end() ? nullptr : &*i;
}

std::optional<time_point> failed_records::next_retry() const noexcept {
  std::optional<time_point> result;
  for (auto& [offset, x] : entries_)
    if (auto at = x.way ? x.way->retry_at() : std::nullopt;
        at && (!result || *at < *result))
      result = at;
  return result;
}

std::optional<offset_t> failed_records::due(time_point now) const noexcept {
  auto i = std::ranges::find_if(entries_, [now](auto& x) {
    auto at = x.second.way ? x.second.way->retry_at() : std::nullopt;
    return at && *at <= now;
  });
  return i == entries_.end() ? std::nullopt : std::optional{i->first};
}

} // namespace cafka::core
