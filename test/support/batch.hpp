#pragma once

#include <cafka/message_batch.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cafka::test {

/// A record of a batch that a test makes.
struct batch_record {
  offset_t offset = 0;
  std::optional<std::string> key;
  std::optional<std::string> value;
};

/// A batch of topic orders, partition 3, generation 7 of group readers, for its
/// first time.
inline message_batch batch_of(const std::vector<batch_record>& xs,
                              std::shared_ptr<const revocation_notice> notice
                              = std::make_shared<const revocation_notice>()) {
  record_block::builder block;
  for (auto& x : xs)
    block.add(x.offset, x.key, x.value);
  return {std::make_shared<const partition_identity>(
            partition_identity{"readers", "orders", 3, {7}}),
          std::move(notice),
          block.finish(),
          {},
          1};
}

} // namespace cafka::test
