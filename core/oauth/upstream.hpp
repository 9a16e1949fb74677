// What a provider gave for one user: its tokens, as they are sealed into the store, and its profile of the user. The
// endpoints that talk to providers share this.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/json.hpp"
#include "core/flow/facts.hpp"
#include "core/oauth/authority.hpp"

namespace postern::oauth {

/// Sealed into store::Code::upstream and store::Upstream::tokens.
struct UpstreamTokens {
  std::string access;
  std::string refresh;  ///< Empty: the provider gave none.
  UnixSeconds expires;  ///< Of the access token; zero: the provider does not say.
  bool operator==(const UpstreamTokens&) const = default;

  template <class V, class Self>
  static void fields(V& visit, Self& self) {
    visit.field(1, "access", self.access);
    visit.field(2, "refresh", self.refresh);
    visit.field(3, "expires", self.expires);
  }
};

/// `label`: what the nonce is drawn by.
std::string seal(const Authority& authority, const UpstreamTokens& tokens, const Facts& facts, std::string_view label);
std::optional<UpstreamTokens> open_upstream(const Authority& authority, std::string_view sealed);

/// When the provider has to be asked again: a set time from now, or sooner, a minute before its token expires.
UnixSeconds next_check(const Authority& authority, const UpstreamTokens& tokens, UnixSeconds now);

/// How a provider's answer to a token request reads, RFC 6749 s. 5.1, 5.2; and as GitHub answers: 200 with `error`.
struct TokenAnswer {
  enum class Kind {
    tokens,
    refused,     ///< The provider said no: `error` is its code.
    unreachable  ///< Nothing came, or nothing that makes sense: 5xx, 429, no JSON.
  };
  Kind kind = Kind::unreachable;
  UpstreamTokens tokens;
  std::string id_token;
  std::string scope;
  std::string error;  ///< One word of [a-z_], cut; else empty.
};
TokenAnswer read_token_answer(const Fetched& fetched, UnixSeconds now);

/// The request to the provider's token endpoint with its client authentication. `form`: without the credentials.
Fetch token_fetch(const Provider& provider, std::string_view token_url,
                  std::vector<std::pair<std::string, std::string>> form);

/// GET `url` with the user's token there, as the provider wants it (GitHub: User-Agent, its media type).
Fetch profile_fetch(const Provider& provider, std::string url, std::string_view access_token);

}  // namespace postern::oauth
