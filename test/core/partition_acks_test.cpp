// What acks do to records that failed, and to those whose answers wait.

#include "support/failed_partition.hpp"

using namespace cafka;
using namespace cafka::core;
using namespace cafka::test;
using namespace std::chrono_literals;

using offsets = failed_partition::offsets;

namespace {

failure_rules one_letter() {
  failure_rules result;
  result.retries = 0;
  result.then = {failure_step::dead_letter};
  return result;
}

} // namespace

TEST_CASE("a cumulative ack over a failed record acks everything but it") {
  failed_partition p;
  p.deliver(0, 5);
  p.fail(0, 5, 2);
  auto effect = p.machine.ack(4);
  CHECK(effect.result == ack_result::accepted);
  CHECK(effect.records == 2);
  CHECK(p.watermark() == 2);
  CHECK(p.machine.ack(4).result == ack_result::withheld);
  CHECK(p.machine.ack(2).result == ack_result::withheld);
  p.begin_again();
  CHECK(p.redeliver() == offsets{2});
}

TEST_CASE("a failed record is acked by name, once it was delivered again") {
  auto cumulative = GENERATE(false, true);
  failed_partition p;
  p.deliver(0, 3);
  p.fail(0, 3, 1);
  auto ack = [&] {
    return cumulative ? p.machine.ack(1).result : p.ack_only(1);
  };
  CHECK(ack() == ack_result::withheld);
  p.begin_again();
  CHECK(ack() == ack_result::withheld);
  p.redeliver();
  p.machine.await_acks({1, 3}, p.now);
  CHECK(p.machine.ack(2).result == ack_result::accepted); // but for 1
  CHECK(p.watermark() == 1);
  CHECK(ack() == ack_result::accepted);
  CHECK(p.watermark() == 3);
}

TEST_CASE("an answer handles the failed records of its batch, and no others") {
  failed_partition p;
  p.deliver(0, 4);
  p.fail(0, 4, 3);
  p.begin_again();
  p.redeliver();
  p.deliver(4, 6);
  p.machine.ack_call({4, 6}, 5);
  CHECK(p.watermark() == 3);
  p.machine.ack_call({3, 4}, 3);
  CHECK(p.watermark() == 6);
}

TEST_CASE("single acks of which one is of a failed record count for the "
          "others") {
  failed_partition p;
  p.deliver(0, 4);
  p.fail(0, 4, 0);
  auto effect = p.machine.ack_individual(offsets{0, 1, 3});
  CHECK(effect.result == ack_result::accepted);
  CHECK(effect.records == 2);
  CHECK_FALSE(p.machine.ack_each(offsets{2}, false)); // one by one
  CHECK(p.machine.ack_individual(offsets{0, 9}).result
        == ack_result::beyond_delivered);
}

TEST_CASE("an ack of a record whose dead letter is away waits for its report") {
  failed_partition p{one_letter()};
  p.deliver(0, 3);
  p.machine.await_acks({0, 3}, p.now);
  auto effect = p.machine.nack(1, false, {}, p.now, 0).second;
  auto letter = effect.letters.at(0);
  CHECK(p.ack_only(1) == ack_result::withheld);
  CHECK(p.machine.nack(1, true, {}, p.now, 0).first == ack_result::withheld);
  CHECK(p.machine.ack(2).records == 2); // but for 1
  CHECK(p.watermark() == 1);
  SECTION("it is written") {
    CHECK(p.written(letter).acked.moved);
    CHECK(p.machine.dead_lettered() == 1);
  }
  SECTION("it is not: then the ack counts") {
    CHECK(p.not_written(letter).acked.moved);
    CHECK(p.machine.dead_lettered() == 0);
  }
  CHECK(p.watermark() == 3);
  CHECK_FALSE(p.machine.failing_offset());
  CHECK_FALSE(p.machine.next_look());
}

TEST_CASE("between two tries of a dead letter no ack counts") {
  failed_partition p{one_letter()};
  p.deliver(0, 2);
  p.not_written(p.reject(0, 2, 0).letters.at(0));
  CHECK(p.ack_only(0) == ack_result::withheld);
  p.now = *p.machine.next_look();
  auto letter = p.machine.look(p.now, 0).letters.at(0);
  CHECK(p.not_written(letter).acked.records == 0);
  CHECK(p.watermark() == 0);
}

TEST_CASE("records whose answer waits are passed by no explicit ack") {
  failed_partition p;
  p.deliver(0, 3);
  p.machine.withhold({0, 3});
  p.deliver(3, 5);
  p.machine.await_acks({3, 5}, p.now);
  CHECK(p.machine.ack(4).records == 2);
  CHECK(p.watermark() == 0);
  CHECK(p.ack_only(1) == ack_result::withheld);
  CHECK(p.machine.ack_call({3, 5}, 4).result == ack_result::withheld);
  p.machine.begin_drain();
  p.machine.worker_drained();
  CHECK_FALSE(p.machine.drained());
  p.machine.count_again({0, 3});
  CHECK(p.machine.ack_call({0, 3}, 2).records == 3);
  CHECK(p.watermark() == 5);
  CHECK(p.machine.drained());
}
