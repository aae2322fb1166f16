#pragma once

#include <string>
#include <string_view>

namespace cafka::http {

/// The page: the files of src/http/page, put together, as they were when this
/// was compiled.
extern const std::string_view page_html;

/// The Content-Security-Policy under which the page's own style and script run,
/// and nothing else. It may only ask where it came from.
std::string policy_of(std::string_view html);

} // namespace cafka::http
