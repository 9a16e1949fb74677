// The settings of a deployment as JSON: as a WebAssembly host hands them over, and as recorded pairs name them.
#pragma once

#include <string>

#include "core/base/json.hpp"
#include "core/base/result.hpp"
#include "core/server/deployment.hpp"

namespace postern {

/// {"public_url":"https://mcp.example.com","key_ring":[{"id":"k1k1k1k1","key":<base64url of 32 bytes>}],
///  "decoy_password":<PHC string>}, and where the default will not do:
///  "name"; "scopes":[{"token","in_words","implies":[..]}] and "default_scopes":"a b" (absent: those of the notes
///  service); "lifetimes":{"access","refresh","code","refresh_grace","flow","login","unused_client","used_client",
///  "provider_check"} in seconds; "resource_servers":[{"id","secret_hash":<base64url>}]; "allowed_hosts":[..]; "allowed_origins":[..];
///  "limits":{"body","header_bytes","target","json_depth"}; "serve_mcp_without_authorization"; "transport":"all"|"streamable-http"|"sse";
///  "own_users"; "providers":[{"id","kind":"github"|"oidc"|"oauth2","preset", and the members of oauth::Provider}], each
///  completed as the configuration file's are; "external":{the members of oauth::External}; "client_documents";
///  "client_hosts":[..];
///  "tools":[{"name","title","description","input_schema","output_schema","annotations","scopes":"a b",
///  "required_capabilities":[..]}]: what the host runs (`RunTool`), in place of the notes service and its scopes;
///  "server":{"name","title","version","instructions"}: how the MCP server introduces itself.
/// Error: one line. An unknown member is one: a setting that is misspelt must not silently keep its default.
/// Without "tools" the catalogue is the notes service of the default server. Deployment::build judges the values.
Result<Settings, std::string> read_settings(const Json& from);

}  // namespace postern
