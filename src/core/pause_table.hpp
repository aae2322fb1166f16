#pragma once

#include <cafka/types.hpp>

#include <map>
#include <string>
#include <vector>

namespace cafka::core {

/// Which pauses operators asked for. One is of a partition, of a topic (its
/// partition is -1), or of all (its topic is empty, too); each holds until it
/// is taken back itself.
class pause_table {
public:
  struct pause {
    std::string who;
    std::string reason;
    friend bool operator==(const pause&, const pause&) = default;
  };
  using entry = std::map<topic_partition, pause>::value_type;

  /// Where `of` names nothing that a group of these topics may read: says what
  /// is allowed; empty: it does.
  static std::string wrong_with(const topic_partition& of,
                                const std::vector<std::string>& topics);

  /// True: there was none of just this. Else `x` replaces it.
  bool add(const topic_partition& of, pause x);
  /// False: there was none of just this.
  bool remove(const topic_partition& of);

  /// The narrowest that holds for the partition; null: none does.
  const entry* find(const topic_partition& tp) const;
  /// The widest stands in front.
  const std::map<topic_partition, pause>& all() const noexcept {
    return pauses_;
  }

private:
  std::map<topic_partition, pause> pauses_;
};

/// `all partitions`, `all of a topic`, or the partition.
std::string text_of_paused(const topic_partition& x);

} // namespace cafka::core
