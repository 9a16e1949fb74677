// The gate before the protected resource: who is calling, or why not. RFC 6750, RFC 9728 s. 5, MCP authorization.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/flow/ask.hpp"
#include "core/flow/outcome.hpp"
#include "core/flow/principal.hpp"
#include "core/oauth/authority.hpp"
#include "core/oauth/refusal.hpp"
#include "core/oauth/upstream_check.hpp"
#include "core/store/record.hpp"
#include "core/store/records.hpp"

namespace postern::oauth {

/// The caller; or what to return at once: the needs of this round, a refusal with its challenge, or 503.
struct Admission {
  std::variant<Principal, Outcome> step;
  /// What has to be written and told with the answer, whatever it is: when the grant was used, what its provider said.
  Commit commit = {};
  std::vector<Topic> topics = {};
  std::vector<AuditEvent> audit = {};

  const Principal* principal() const { return std::get_if<Principal>(&step); }
  Outcome* outcome() { return std::get_if<Outcome>(&step); }
};

/// Looks at the Authorization field alone; the body is not read. One read: the grant. The token is opened, and its
/// expiry and audience are checked, before that read.
Admission admit(const Authority& authority, const HttpRequest& request, Ask& ask);

/// 401 to a token whose grant the provider has ended, and the end itself: `check` has what is to be written.
Answer provider_ended(const Authority& authority, const Principal& principal, UpstreamCheck check);

/// 403, RFC 6750 s. 3.1. The challenge names what the caller has and what the call needs, so that a client that asks
/// for just that loses nothing.
Answer insufficient_scope(const Authority& authority, const Principal& principal, const ScopeSet& needed);

/// The one value of WWW-Authenticate. `error`: empty where no token came (RFC 6750 s. 3.1: then no error code).
std::string challenge_for(const Authority& authority, const ScopeSet& scopes, std::string_view error = {},
                          std::string_view description = {});

/// Where the protected resource's metadata lie: RFC 9728 s. 3.1, the resource's path put after the well-known one.
std::string resource_metadata_url(const Authority& authority);

/// Lets a challenge, if there is one, lead a client of HTTP+SSE to the metadata under the name that it knows.
void lead_to_sse_metadata(const Authority& authority, Reply& reply);

}  // namespace postern::oauth
