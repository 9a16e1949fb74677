// The token endpoint: a code or a refresh token goes in, tokens come out. OAuth 2.1 s. 3.2, 4.1.3, 4.3.
#pragma once

#include "core/base/result.hpp"
#include "core/client/advance.hpp"
#include "core/flow/ask.hpp"

namespace postern::client {

/// Why there are no tokens, and what the machine has to know of it.
struct NoTokens {
  Failed failed;
  Event event;  ///< grant_refused, client_refused, unavailable or refused.
};

/// Both mean nothing while `ask.pending()`. `generation` is left to the caller.
Result<Tokens, NoTokens> redeem_code(Ask& ask, const ClientConfig& config, const AuthorizationServer& server,
                                     const Registration& registration, const Flow& flow, const Secret& code);

Result<Tokens, NoTokens> refresh_tokens(Ask& ask, const ClientConfig& config, const AuthorizationServer& server,
                                        const Registration& registration, const Tokens& held);

}  // namespace postern::client
