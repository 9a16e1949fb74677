// Where a provider's endpoints are: as configured, or as its discovery document says (OpenID Connect Discovery 1.0 s. 4).
#pragma once

#include <optional>
#include <string>

#include "core/flow/ask.hpp"
#include "core/flow/commit.hpp"
#include "core/flow/need.hpp"
#include "core/oauth/provider.hpp"

namespace postern::oauth {

struct ProviderEndpoints {
  Provider provider;   ///< With the client authentication that it offers.
  std::string issuer;  ///< As its document says it; may hold `{tenantid}` where the provider names tenants so.
  std::string authorize;
  std::string token;
  std::string userinfo;       ///< Empty: none.
  std::string keys;           ///< Empty: not an OpenID provider.
  bool tells_issuer = false;  ///< RFC 9207: `iss` comes with each authorization response.

  /// How far a request to one of these may reach: what the operator wrote down, or what the document added to it.
  Reach reach_of(const std::string& url) const;
};

/// Nothing while `ask.pending()`, or where the document can't be had or is not this provider's.
std::optional<ProviderEndpoints> endpoints_of(const Provider& provider, Ask& ask, Commit& commit);

}  // namespace postern::oauth
