#include "core/oauth/tokens.hpp"

#include "core/store/fields.hpp"

namespace postern::oauth {
namespace {

template <class Token>
std::optional<Token> open(const crypto::Sealer& sealer, std::string_view prefix, std::string_view text) {
  if (text.substr(0, prefix.size()) != prefix) return std::nullopt;
  const std::optional<std::string> bytes = sealer.open(text.substr(prefix.size()));
  return bytes ? store::decode<Token>(*bytes) : std::nullopt;
}

}  // namespace

std::string print(const Authority& authority, const AccessToken& token, const Facts& facts) {
  return std::string(access_token_prefix) +
         authority.access_tokens.seal(store::encode(token), facts.draw("access token"));
}

std::string print(const Authority& authority, const RefreshToken& token) {
  return std::string(refresh_token_prefix) + authority.refresh_tokens.seal_same(store::encode(token));
}

std::optional<AccessToken> open_access_token(const Authority& authority, std::string_view text) {
  return open<AccessToken>(authority.access_tokens, access_token_prefix, text);
}

std::optional<RefreshToken> open_refresh_token(const Authority& authority, std::string_view text) {
  return open<RefreshToken>(authority.refresh_tokens, refresh_token_prefix, text);
}

}  // namespace postern::oauth
