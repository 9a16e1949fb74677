// The tokens as values, and as the sealed text that clients hold. What a token says was said by us: it opens or it does
// not, and nothing of it is read before.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/flow/facts.hpp"
#include "core/oauth/authority.hpp"

namespace postern::oauth {

/// Secret scanners and people know the text by its first characters.
constexpr std::string_view access_token_prefix = "pst_at_";
constexpr std::string_view refresh_token_prefix = "pst_rt_";

struct AccessToken {
  std::string grant;
  std::string client;
  std::string subject;
  std::string user_name;
  ScopeSet scopes;
  std::string audience;
  UnixSeconds issued;
  UnixSeconds expires;
  bool operator==(const AccessToken&) const = default;

  template <class V, class Self>
  static void fields(V& visit, Self& self) {
    visit.field(1, "grant", self.grant);
    visit.field(2, "client", self.client);
    visit.field(3, "subject", self.subject);
    visit.field(4, "user_name", self.user_name);
    visit.field(5, "scopes", self.scopes);
    visit.field(6, "audience", self.audience);
    visit.field(7, "issued", self.issued);
    visit.field(8, "expires", self.expires);
  }
};

struct RefreshToken {
  std::string grant;
  std::int64_t generation = 0;
  std::string subject;  ///< So that the grant and its place under the user are read in one round.
  bool operator==(const RefreshToken&) const = default;

  template <class V, class Self>
  static void fields(V& visit, Self& self) {
    visit.field(1, "grant", self.grant);
    visit.field(2, "generation", self.generation);
    visit.field(3, "subject", self.subject);
  }
};

std::string print(const Authority& authority, const AccessToken& token, const Facts& facts);
/// The same generation of the same grant is the same text: a client that asks twice gets one token.
std::string print(const Authority& authority, const RefreshToken& token);

/// Nothing when the text is not ours. Expiry, audience and the grant are for the caller to check.
std::optional<AccessToken> open_access_token(const Authority& authority, std::string_view text);
std::optional<RefreshToken> open_refresh_token(const Authority& authority, std::string_view text);

}  // namespace postern::oauth
