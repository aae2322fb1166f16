#pragma once

#include <string>
#include <string_view>

namespace cafka::kafka {

// Kafka's answers begin with their size. Of what begins otherwise librdkafka
// says that the size is invalid, and advises to raise a limit.

/// True: librdkafka's words are of an answer that is none of Kafka's plain
/// protocol.
bool is_foreign_answer(std::string_view words);

/// The words, which say then what answers there, or which of our settings is
/// the limit; others as they are.
std::string with_right_advice(std::string_view words);

} // namespace cafka::kafka
