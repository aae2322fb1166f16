#include "exec/protocol.hpp"

#include "core/text_field.hpp"
#include "io/record_json.hpp"

#include <fmt/format.h>

#include <iterator>

namespace cafka::exec {

namespace {

using io::bytes_form;

void add_counts(std::string& to, const record& x) {
  fmt::format_to(std::back_inserter(to), R"(,"deliveries":{},"failures":{}}})",
                 x.delivery_count(), x.failure_count());
}

std::size_t room_for(const message_batch& batch) {
  std::size_t result = 256;
  for (auto x : batch)
    result += x.size_bytes() + 128; // the members' names and numbers
  return result;
}

} // namespace

void add_batch_line(std::string& to, const message_batch& batch,
                    std::int64_t deadline_ms) {
  to.reserve(to.size() + room_for(batch));
  fmt::format_to(std::back_inserter(to),
                 R"({{"topic":{},"partition":{},"generation":{},)"
                 R"("deadline":{},"last":{},"records":[)",
                 io::json_text(batch.topic()), batch.partition(),
                 batch.generation().value, deadline_ms, batch.last_offset());
  auto is_first = true;
  for (auto x : batch) {
    to += is_first ? "{" : ",{";
    is_first = false;
    io::add_json_members(to, x, bytes_form::text);
    add_counts(to, x);
  }
  to += "]}\n";
}

void add_record_lines(std::string& to, const message_batch& batch) {
  to.reserve(to.size() + room_for(batch));
  auto begin = fmt::format(R"({{"topic":{},"partition":{},)",
                           io::json_text(batch.topic()), batch.partition());
  for (auto x : batch) {
    to += begin;
    io::add_json_members(to, x, bytes_form::text);
    add_counts(to, x);
    to += '\n';
  }
}

std::optional<offset_t> add_values(std::string& to, const message_batch& batch,
                                   char end) {
  for (auto x : batch) {
    auto value = x.value().value_or("");
    if (value.find(end) != std::string_view::npos)
      return x.offset();
    to += value;
    to += end;
  }
  return std::nullopt;
}

std::string closing_line(std::string_view why, std::int64_t deadline_ms) {
  return fmt::format("{{\"closing\":\"{}\",\"deadline\":{}}}\n", why,
                     deadline_ms);
}

std::string quoted_start(std::string_view line) {
  auto cut = line.size() > quoted_bytes_max;
  if (cut)
    line = line.substr(0, quoted_bytes_max);
  return escaped(io::utf8_of(line)) + (cut ? "…" : "");
}

} // namespace cafka::exec
