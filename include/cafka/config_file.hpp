#pragma once

#include <cafka/config.hpp>
#include <cafka/group.hpp>
#include <cafka/http_options.hpp>

#include <caf/expected.hpp>
#include <caf/settings.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cafka {

/// The handlers of a program by the names that its config files use.
using handler_registry = std::map<std::string, handler_factory>;

/// One group of a config file, ready for `spawn`.
struct configured_group {
  /// With the settings; the handler is there when a registry was given.
  group_options options;
  /// The name behind `handler`.
  std::string handler;
  /// The environment variables that its settings were read from (`env:NAME`).
  std::vector<std::string> variables;
};

/// The groups in the category `cafka` of a configuration. Unless `errors` is
/// empty, nothing should be started.
struct configured_groups {
  std::vector<configured_group> groups; ///< in the order of their names
  std::vector<config_error> errors;     ///< all that is wrong, if anything
  http_options http;                    ///< of the whole process
};

/// The content of the config file at `path`, for `read_config`. The error is
/// `errc::invalid_config` with a text that names the file and what is wrong
/// with it: not there, a directory, not readable, larger than 1 MB, a syntax
/// error with its line and column, a key that stands twice, or more than 64
/// braces, brackets and dots in each other. Reads the file, so it blocks.
caf::expected<caf::settings> load_config(const std::string& path);

/// Reads every group in the category `cafka` of `content`, which is of
/// `load_config`. `caf::content(cfg)` will do, too, but CAF keeps one of two
/// values of a key without a word, and a file that is nested some thousand
/// levels deep overflows its parser's stack. One group stands directly in
/// `cafka { … }`, several stand by their names in `cafka { groups { … } }`;
/// `http { … }` stands beside either, and is of the whole process. All
/// errors are reported, also those of `validate`. An unknown key is one, and
/// names the nearest known key; so is a handler that is not in `handlers`, and
/// names those that are. Values `file:PATH` and `env:NAME` of secret properties
/// are replaced by what is there, so it may block.
configured_groups read_config(const caf::settings& content,
                              const handler_registry& handlers);

/// Reads the groups where no handler is to be run: any name of one will do.
configured_groups read_config(const caf::settings& content);

/// True for arguments that are meant for `override_config`.
bool is_override(std::string_view argument);

/// Puts what a command line says into `content`, over what is there, before
/// `read_config`: `--cafka.batch-size=10`, `--cafka.groups.orders.group=x`. The
/// value is read as in a config file, and is a text where it is none there;
/// below `kafka` and `producer` it is always a text, and replaces every
/// spelling of the property. `errc::invalid_config` for another form, and for
/// more nesting than `load_config` takes; keys are for `read_config` to check.
caf::error override_config(caf::settings& content, std::string_view argument);

} // namespace cafka
