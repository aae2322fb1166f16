#include "program/status_board.hpp"

#include "api/status_request.hpp"

#include <utility>

namespace cafka::app {

void status_board::add(std::string name, question ask) {
  groups_.push_back({std::move(name), std::move(ask)});
}

void status_board::add(caf::actor_system& system, std::string name,
                       const group_actor& group) {
  add(std::move(name), [&system, group](auto tell) {
    ask_status(system, group, patience,
               [tell = std::move(tell)](caf::expected<group_status> x) {
                 tell(x ? std::optional{std::move(*x)} : std::nullopt);
               });
  });
}

void status_board::ask() {
  if (open_)
    return;
  open_ = std::make_shared<answers>();
  open_->of.resize(groups_.size());
  open_->missing = groups_.size();
  for (std::size_t i = 0; i < groups_.size(); ++i)
    groups_[i].ask([to = open_, i](std::optional<group_status> x) {
      std::lock_guard guard{to->mutex};
      to->of[i] = std::move(x);
      --to->missing;
    });
}

std::optional<status_answer> status_board::take() {
  auto round = open_; // outlives the lock
  if (!round)
    return std::nullopt;
  std::lock_guard guard{round->mutex};
  if (round->missing > 0)
    return std::nullopt;
  open_ = nullptr;
  status_answer result;
  for (std::size_t i = 0; i < groups_.size(); ++i)
    if (auto& x = round->of[i])
      result.groups.push_back(std::move(*x));
    else
      result.silent.push_back(groups_[i].name);
  return result;
}

} // namespace cafka::app
