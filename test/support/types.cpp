// CAF 1.1 must know the types of messages before it parses anything.

#include <cafka/group.hpp>

namespace {

[[maybe_unused]] const auto once = (cafka::init_types(), true);

} // namespace
