#include "broker_support/topic_content.hpp"

#include "kafka/offset_lookup.hpp"
#include "kafka/topic_reader.hpp"

#include <stdexcept>

namespace cafka::test {

namespace {

using namespace std::chrono_literals;

/// What is asked for must come, on a busy machine, too.
constexpr auto limit = 30s;

kafka::properties properties_of(const cluster& kafka,
                                const std::string& group) {
  return {{"bootstrap.servers", kafka.endpoints()}, {"group.id", group}};
}

template <class T>
T required(kafka::result<T> x) {
  if (!x)
    throw std::runtime_error(x.failure().text);
  return std::move(*x);
}

template <class Found>
auto required_values(Found x) {
  for (auto& [tp, failure] : x.failures)
    throw std::runtime_error(to_string(tp) + ": " + failure.text);
  return std::move(x.values);
}

} // namespace

std::vector<owned_record> content_of(const cluster& kafka,
                                     const std::string& topic) {
  auto props = properties_of(kafka, topic);
  auto lookup = required(kafka::offset_lookup::open(props, limit));
  auto ranges = required_values(
    lookup->ranges(lookup->partitions_of({topic}).partitions));
  auto in = required(kafka::topic_reader::open(props, ranges));
  auto deadline = std::chrono::steady_clock::now() + limit;
  std::vector<owned_record> result;
  while (!in->finished()) {
    if (std::chrono::steady_clock::now() > deadline)
      throw std::runtime_error("topic " + topic + " cannot be read");
    if (auto x = required(in->next(100ms)))
      result.push_back(*x);
  }
  return result;
}

std::size_t partitions_of(const cluster& kafka, const std::string& topic) {
  auto lookup
    = required(kafka::offset_lookup::open(properties_of(kafka, topic), limit));
  return lookup->partitions_of({topic}).partitions.size();
}

std::map<topic_partition, offset_t> committed_of(const cluster& kafka,
                                                 const std::string& group,
                                                 const std::string& topic) {
  auto lookup
    = required(kafka::offset_lookup::open(properties_of(kafka, group), limit));
  std::vector<topic_partition> asked;
  for (auto& [tp, leader] : lookup->partitions_of({topic}).partitions)
    asked.push_back(tp);
  return required_values(required(lookup->committed(asked)));
}

} // namespace cafka::test
