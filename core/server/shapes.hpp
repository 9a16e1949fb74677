// The shapes of what an operator writes down about hosts. Asked by the deployment, and by hosts that can say in which option
// the text stood.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern {

/// A host as a request names it in its Host field: `mcp.example.com`, `mcp.example.com:8443`, `[::1]:8000`.
bool is_host_and_port(std::string_view text);

/// A host by itself: without scheme, port and path.
bool is_host(std::string_view text);

/// An origin as browsers send it: `https://app.example`, `http://localhost:3000`, `chrome-extension://abc`, and `null` and
/// `file://` of pages without one. A slash at the end is passed over.
bool is_web_origin(std::string_view text);

/// Why this can't be where clients reach the server; nothing where it can. Says what was expected, and not what came.
std::optional<std::string> public_url_fault(std::string_view url);

}  // namespace postern
