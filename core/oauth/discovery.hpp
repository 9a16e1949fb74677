// Metadata that another server publishes about itself (RFC 8414, OpenID Connect Discovery 1.0): where they lie, and what
// of them may be used.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"
#include "core/flow/need.hpp"

namespace postern::oauth {

/// Where the metadata of an authorization server may lie, in the order of MCP 2025-11-25, authorization, "Authorization
/// Server Metadata Discovery": RFC 8414 s. 3.1, then OpenID's document with the issuer's path inserted, then appended.
std::vector<std::string> metadata_urls(const std::string& issuer);

/// The URL under this name; empty where it is missing or not fit to be used: https, or http on loopback where the issuer
/// is so itself.
std::string endpoint_in(const Json& document, std::string_view name, const std::string& issuer);

/// How far a request to `url` may reach: the operator wrote the issuer's host down; another host was added by its document.
Reach reach_from(const std::string& issuer, const std::string& url);

}  // namespace postern::oauth
