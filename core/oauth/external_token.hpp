// Access tokens of an authorization server elsewhere, judged: JWTs by its keys (RFC 9068 s. 4), others by asking it
// (RFC 7662). The caller's token is told to nobody but the server that issued it.
#pragma once

#include <string_view>

#include "core/base/result.hpp"
#include "core/flow/ask.hpp"
#include "core/flow/commit.hpp"
#include "core/flow/outcome.hpp"
#include "core/flow/principal.hpp"
#include "core/flow/topic.hpp"
#include "core/oauth/authority.hpp"
#include "core/oauth/refusal.hpp"

namespace postern::oauth {

/// Who calls by this token. Refused: external_unreachable where nothing is known about it, else why it is no good. It means
/// nothing while `ask.pending()`; `commit` gets what has to be kept, also with a refusal.
Result<Principal, Refused> principal_elsewhere(const Authority& authority, std::string_view token, Ask& ask,
                                               Commit& commit);

/// 503 with Retry-After, in JSON. What is wrong there is for the operator's audit alone.
Answer external_unreachable(std::string_view what, const Refused& refused);

/// Binds an open stream to the token that it was opened with: it ends with it; and where that server is asked about tokens,
/// the stream holds it, sealed, to be asked about again.
void bind_stream(const Authority& authority, std::string_view token, const Principal& principal, const Facts& facts,
                 Stream& stream);

/// Is the token of that stream still good? A server that can't be reached ends no stream. It means nothing while
/// `ask.pending()`.
bool is_still_good(const Authority& authority, const Stream& stream, Ask& ask);

}  // namespace postern::oauth
