#pragma once

#include <cafka/config.hpp>

#include <caf/settings.hpp>

#include <string>
#include <vector>

namespace cafka {

/// One group of a config file: its settings and the name of its handler, which
/// the program looks up among those it registered.
struct configured_group {
  group_config config;
  std::string handler;
};

/// What the category `cafka` of a configuration says. Unless `errors` is empty
/// nothing should be started.
struct configured_groups {
  std::vector<configured_group> groups;
  std::vector<config_error> errors;
};

/// Reads every group in the category `cafka` of `content`, which is what CAF
/// parsed from a config file and the command line (`caf::content(cfg)`). One
/// group stands directly in `cafka { … }`, several stand by their names in
/// `cafka { groups { … } }`. All errors are reported, also those of `validate`.
/// An unknown key is one, and names the nearest known key.
configured_groups read_config(const caf::settings& content);

} // namespace cafka
