#include "demo/producer.hpp"

#include <cafka/errors.hpp>

#include <fmt/format.h>

namespace cafka::demo {

namespace {

/// The mock cluster keeps 5 MiB of a partition, in whole producer batches. One
/// of them may be committed in part, and the rest is room for error.
constexpr std::uint64_t ahead_bytes_max = 4'000'000;
constexpr std::uint64_t ahead_records_max = 50'000; // it keeps 100,000

/// Framing of a record in a batch of its own, the most there can be.
constexpr std::uint32_t record_overhead_bytes = 100;

/// Lines between two looks at everything else.
constexpr int lines_max = 2'000;

kafka::properties client_properties(const std::string& endpoints) {
  return {{"bootstrap.servers", endpoints},
          // Retries keep the order, so that offsets are known beforehand.
          {"enable.idempotence", "true"},
          // The mock cluster answers a fetch with one whole batch.
          {"batch.size", "131072"},
          {"linger.ms", "10"},
          // Errors only: a stop drops what is queued, and means to.
          {"log_level", "3"},
          // A line twice, as key and as value, and its framing.
          {"message.max.bytes",
           std::to_string(2 * io::line_bytes_max + 10'000)}};
}

} // namespace

keyed_producer::keyed_producer(const std::string& topic, const input& from,
                               const key_rule& keys, const ledger& books)
  : topic_(topic), keys_(keys), books_(books), lines_(from) {
}

caf::expected<std::unique_ptr<keyed_producer>>
keyed_producer::open(const std::string& endpoints, const std::string& topic,
                     const input& from, const key_rule& keys,
                     const ledger& books) {
  std::unique_ptr<keyed_producer> self{
    new keyed_producer{topic, from, keys, books}};
  auto client = kafka::producer::open(
    client_properties(endpoints),
    [x = self.get()](std::uint64_t line, partition_t p, offset_t at,
                     const kafka::error& failure) {
      x->on_report(line, p, at, failure);
    });
  if (!client)
    return make_error(client.failure().code, client.failure().text);
  self->client_ = std::move(*client);
  return self;
}

keyed_producer::progress keyed_producer::pump(std::chrono::milliseconds limit) {
  auto result = send_some();
  auto waits = result == progress::held_back || result == progress::finished;
  client_->poll(waits ? limit : std::chrono::milliseconds{0});
  if (!failure_.empty())
    return progress::failed;
  // It is finished when every record is reported.
  if (result == progress::finished && reported_ < lines_.count())
    return progress::held_back;
  return result;
}

keyed_producer::progress keyed_producer::send_some() {
  for (int i = 0; i < lines_max; ++i)
    if (auto x = send(); x != progress::sending)
      return x;
  return progress::sending;
}

keyed_producer::progress keyed_producer::send() {
  if (!line_ && !load())
    return failure_.empty() ? progress::finished : progress::failed;
  if (!has_room())
    return progress::held_back;
  auto& book = books_.at(partition_);
  auto size = key_.size() + line_->size() + record_overhead_bytes;
  // Noted first: a handler may see the record before we are told that it was
  // written.
  book.sent({lines_.count(), chain(fingerprint(key_), fingerprint(*line_)),
             static_cast<std::uint32_t>(size)});
  auto sent = client_->send(topic_, partition_, key_, *line_, lines_.count());
  if (sent && *sent) {
    line_.reset();
    return progress::sending;
  }
  book.take_back();
  if (sent)
    return progress::held_back; // the client's queue is full
  failure_ = fmt::format("line {}: {}", lines_.count(), sent.failure().text);
  return progress::failed;
}

bool keyed_producer::load() {
  line_ = lines_.next();
  if (!line_) {
    failure_ = lines_.failure();
    return false;
  }
  key_ = keys_.key_of(*line_).text;
  partition_ = partition_of(key_, books_.size());
  return true;
}

bool keyed_producer::has_room() const {
  auto x = books_.at(partition_).facts();
  auto ahead = x.sent - static_cast<std::uint64_t>(x.committed);
  auto size = key_.size() + line_->size() + record_overhead_bytes;
  return ahead == 0
         || (ahead < ahead_records_max
             && x.uncommitted_bytes + size <= ahead_bytes_max);
}

void keyed_producer::on_report(std::uint64_t line, partition_t p, offset_t at,
                               const kafka::error& failure) {
  ++reported_;
  if (!failure) {
    books_.at(p).reported(at, line);
    return;
  }
  books_.at(p).not_sent(line, failure.text);
  if (failure_.empty())
    failure_ = fmt::format("line {}: {}", line, failure.text);
}

} // namespace cafka::demo
