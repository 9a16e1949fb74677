// A signed token judged by keys that lie elsewhere: an OpenID provider's, an authorization server's, a client's.
#pragma once

#include <string_view>

#include "core/flow/ask.hpp"
#include "core/flow/commit.hpp"
#include "core/oauth/jwt_claims.hpp"

namespace postern::oauth {

/// verify_jwt by the key set at `url`. A key that is not known may be a new one: then the set is read again, once a
/// minute at most. It means nothing while `ask.pending()`; `commit` gets what has to be kept, also with a fault.
Result<JwtClaims, JwtFault> verify_by_keys_at(std::string_view url, Reach reach, std::string_view token,
                                              const JwtExpectation& expected, Ask& ask, Commit& commit);

}  // namespace postern::oauth
