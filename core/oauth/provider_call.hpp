// A tool's request to the API of the identity provider that its user logged in with, by the user's own token there, which
// no tool ever sees.
#pragma once

#include <cstdint>

#include "core/flow/ask.hpp"
#include "core/flow/principal.hpp"
#include "core/flow/upstream.hpp"
#include "core/oauth/authority.hpp"
#include "core/oauth/upstream_check.hpp"

namespace postern::oauth {

struct UpstreamCall {
  UpstreamResponse response;
  /// What the look at the grant has to write, whatever the response. Behind the gate, which has looked already, only
  /// that of an end (`gone`) is news.
  UpstreamCheck check = {};
};

/// Below the provider's API or, where the path is empty, for the user's profile. What could lead elsewhere (another host,
/// dot segments), or could be taken for another request on its way, is refused before anything is asked for. Tokens that
/// run out are renewed first. `step`: as `Fetch` has it.
UpstreamCall fetch_as_user(const Authority& authority, const Principal& principal, const UpstreamRequest& request,
                           std::uint32_t step, Ask& ask);

}  // namespace postern::oauth
