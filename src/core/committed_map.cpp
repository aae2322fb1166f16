#include "core/committed_map.hpp"

#include "core/base64.hpp"
#include "core/offset_map.hpp"

namespace cafka::core {

namespace {

committed_map ignored(std::string why) {
  return {{}, {}, std::move(why)};
}

} // namespace

committed_map read_committed_map(offset_t committed, const commit_note& note,
                                 const std::optional<log_end>& end) {
  if (note.metadata.empty())
    return {};
  auto bytes = bytes_of_base64(note.metadata);
  auto known = bytes ? decode_offset_map(committed, *bytes, end_of_offsets)
                     : std::nullopt;
  if (!known)
    return ignored("the metadata beside the committed offset are no map of "
                   "acked offsets");
  if (!end)
    return ignored("nobody says where the log ends");
  if (end->leader_epoch != note.leader_epoch && note.leader_epoch >= 0)
    return ignored("the log has had another leader since: epoch "
                   + std::to_string(note.leader_epoch) + ", now "
                   + std::to_string(end->leader_epoch));
  auto map = decode_offset_map(committed, *bytes, end->offset);
  if (!map)
    return ignored("the map of acked offsets goes beyond the end of the log, "
                   + std::to_string(end->offset));
  return {note.metadata, std::move(*map), {}};
}

std::string map_metadata(offset_t committed, const range_set& complete,
                         std::size_t bytes_max) {
  // Four letters stand for three bytes.
  auto map = encode_offset_map(committed, complete, bytes_max / 4 * 3);
  return base64_of(map);
}

bool metadata_limit::refused(std::size_t size) noexcept {
  if (size > bytes())
    return false; // it was on its way
  auto is_first = state_ == state::whole;
  transition_to(is_first ? state::half : state::none);
  return is_first;
}

} // namespace cafka::core
