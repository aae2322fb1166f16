#pragma once

#include "support/catch.hpp"

#include <librdkafka/rdkafka.h>

#include <iostream>
#include <string_view>

// Tests that the installed librdkafka cannot pass, whatever we do.

namespace cafka::test {

/// Lets ctest count the test, which is to return then, as skipped.
inline void skip_for_librdkafka(std::string_view fault) {
  std::cout << "SKIPPED: librdkafka " << rd_kafka_version_str() << ": " << fault
            << std::endl;
  SUCCEED();
}

/// Where a topic comes with an error and with partitions, 2.3 to 2.8 end the
/// process. Brokers send no such answer, but a mock cluster's `fail_topic`
/// does.
inline bool skips_topic_errors() {
  // As `rd_kafka_version()`: MM.mm.rr.xx.
  if (rd_kafka_version() < 0x020300ff || rd_kafka_version() >= 0x020a00ff)
    return false;
  skip_for_librdkafka("it crashes on errors of topics (#4907)");
  return true;
}

} // namespace cafka::test
