// Who the user is, as a provider says: by a signed ID token, or by the profile that its API shows for the token.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/flow/ask.hpp"
#include "core/flow/commit.hpp"
#include "core/oauth/provider_endpoints.hpp"
#include "core/oauth/refusal.hpp"
#include "core/oauth/upstream.hpp"

namespace postern::oauth {

struct Identity {
  std::string subject;    ///< Ours: of this provider and this user there, for good.
  std::string user_name;  ///< For people.
};

/// The user behind a token answer, if the provider's allow-list lets them in. Means nothing while `ask.pending()`.
/// `nonce`: of the login, for OpenID providers.
Result<Identity, Refused> identify(const ProviderEndpoints& endpoints, const TokenAnswer& answer,
                                   std::string_view nonce, Ask& ask, Commit& commit);

/// The same for a profile alone: what GitHub's API or a plain provider's says about a token's user.
Result<Identity, Refused> identity_of_profile(const Provider& provider, const Json& profile);

/// What a user there is called here.
std::string subject_of(const Provider& provider, std::string_view subject_there);
/// `<place>:<hash of both>`: two servers may give the same identifier to two people, and so may one that is replaced by
/// another.
std::string subject_at(std::string_view place, std::string_view issuer, std::string_view subject_there);

}  // namespace postern::oauth
