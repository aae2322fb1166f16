#include "io/record_json.hpp"

#include "core/base64.hpp"
#include "io/document_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <iterator>

namespace cafka::io {

namespace {

using nlohmann::json;

/// In quotes and escaped; nothing: these bytes are no UTF-8.
std::optional<std::string> quoted(std::string_view bytes) {
  try {
    return json(bytes).dump();
  } catch (const json::type_error&) {
    return std::nullopt;
  }
}

void add_member(std::string& to, std::string_view name, optional_bytes bytes,
                bytes_form form) {
  auto out = std::back_inserter(to);
  if (!bytes) {
    fmt::format_to(out, "\"{}\":null", name);
    return;
  }
  std::optional<std::string> text;
  if (form == bytes_form::text)
    text = quoted(*bytes);
  if (text)
    fmt::format_to(out, "\"{}\":{}", name, *text);
  else
    fmt::format_to(out, "\"{}_base64\":\"{}\"", name, core::base64_of(*bytes));
}

void add_headers(std::string& to, const record& x, bytes_form form) {
  to += "\"headers\":[";
  for (std::size_t i = 0; i < x.header_count(); ++i) {
    auto header = x.header_at(i);
    to += i == 0 ? "{" : ",{";
    add_member(to, "name", header.name, bytes_form::text);
    to += ',';
    add_member(to, "value", header.value, form);
    to += '}';
  }
  to += ']';
}

} // namespace

std::string json_text(std::string_view bytes) {
  return document_text(json(bytes));
}

std::string utf8_of(std::string_view bytes) {
  return json::parse(json_text(bytes)).get<std::string>();
}

void add_json_members(std::string& to, const record& x, bytes_form form) {
  auto time = x.timestamp();
  fmt::format_to(std::back_inserter(to), R"("offset":{},"timestamp":{},)",
                 x.offset(), time ? std::to_string(time->count()) : "null");
  add_member(to, "key", x.key(), form);
  to += ',';
  add_member(to, "value", x.value(), form);
  to += ',';
  add_headers(to, x, form);
}

void add_json_line(std::string& to, const record& x, bytes_form form) {
  fmt::format_to(std::back_inserter(to), R"({{"topic":{},"partition":{},)",
                 json(x.topic()).dump(), x.partition());
  add_json_members(to, x, form);
  to += "}\n";
}

} // namespace cafka::io
