// Does the provider still let this user in? Asked about again after a set time before a grant of ours that stands on the
// provider's is honoured, at the protected resource and at the token endpoint; and the provider's token is refreshed.
//
//   not due               nothing is read, nothing is asked
//   still good            the grant goes on, and is due again later
//   gone there            ours ends: nothing of it is good again
//   no answer             honoured for as long again as it is asked about; then 503, and nothing ends
//
// A refresh token of a provider may be good once. It is used under a claim, after which all is read again: whoever comes
// second finds the token that the first one got.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/flow/ask.hpp"
#include "core/flow/commit.hpp"
#include "core/flow/outcome.hpp"
#include "core/oauth/authority.hpp"
#include "core/store/record.hpp"
#include "core/store/records.hpp"

namespace postern::oauth {

struct UpstreamCheck {
  enum class Verdict { good, gone, unreachable };
  Verdict verdict = Verdict::good;
  store::Grant grant = {};  ///< As it has to be written, if it `changed`. An end is in the commit already.
  bool changed = false;
  std::optional<store::Upstream> renewed = {};  ///< The provider gave new tokens: to be written with the grant.
  store::Found<store::Upstream> upstream = {};  ///< As it was read, if it was.
  /// What has to be written beside, also with a refusal: the grant's end, documents.
  Commit commit = {};
  std::vector<Topic> topics = {};
  std::vector<AuditEvent> audit = {};
};

/// Means nothing while `ask.pending()`. A grant without a provider is good, and nothing is asked.
UpstreamCheck check_upstream(const Authority& authority, const std::string& grant_id,
                             const store::Found<store::Grant>& grant, Ask& ask);

/// Puts the grant as `check` left it, and the new tokens. To be called where the verdict is good, once for a commit.
void keep_checked(Commit& commit, const store::Found<store::Grant>& grant, const UpstreamCheck& check);

/// The grant ends because the provider's did: what `check_upstream` does then, for those who hear it from the provider.
UpstreamCheck end_for_provider(const Authority& authority, const std::string& grant_id,
                               const store::Found<store::Grant>& grant, const std::string& why, Ask& ask);

/// 503 with Retry-After: nothing is wrong with the token, and nothing has ended.
Answer upstream_unreachable(const Authority& authority, std::string_view what, const store::Grant& grant);

}  // namespace postern::oauth
