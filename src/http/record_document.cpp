#include "http/record_document.hpp"

#include "core/utf8_text.hpp"
#include "io/document_text.hpp"

#include <nlohmann/json.hpp>

#include <charconv>

namespace cafka::http {

namespace {

using nlohmann::json;

json shown(const bytes_excerpt& x) {
  if (x.is_null)
    return nullptr;
  return {{"text", core::visible_text(x.begin)},
          {"bytes", x.size},
          {"cut", x.begin.size() < x.size}};
}

json headers_of(const record_excerpt& x) {
  auto result = json::array();
  for (auto& header : x.headers)
    result.push_back({{"name", core::visible_text(header.name)},
                      {"value", shown(header.value)}});
  return result;
}

const std::string& parameter(const request& x, const char* name) {
  static const std::string none;
  auto i = x.parameters.find(name);
  return i == x.parameters.end() ? none : i->second;
}

} // namespace

std::optional<record_question> read_question(const request& x,
                                             std::string& wrong) {
  record_question result{parameter(x, "group"), {parameter(x, "topic"), -1}};
  auto& number = parameter(x, "partition");
  auto* end = number.data() + number.size();
  auto [rest, failure] = std::from_chars(number.data(), end,
                                         result.of.partition);
  if (result.group.empty())
    wrong = "group: the name of a group";
  else if (result.of.topic.empty())
    wrong = "topic: the name of a topic";
  else if (number.empty() || failure != std::errc{} || rest != end
           || result.of.partition < 0)
    wrong = "partition: a whole number from 0";
  else
    return result;
  return std::nullopt;
}

response answer_of(const record_excerpt& x) {
  response result;
  result.type = "application/json";
  if (x.offset < 0) {
    result.status = 404;
    result.body = io::document_text(json{{"text", x.text}}) + "\n";
    return result;
  }
  json document{{"offset", x.offset},
                {"failures", x.failures},
                {"timestamp",
                 x.timestamp_ms < 0 ? json(nullptr) : json(x.timestamp_ms)},
                {"key", shown(x.key)},
                {"value", shown(x.value)},
                {"headers", headers_of(x)},
                {"headers_left_out", x.header_count - x.headers.size()}};
  result.body = io::document_text(document) + "\n";
  return result;
}

} // namespace cafka::http
