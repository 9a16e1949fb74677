#include "core/oauth/requested_scopes.hpp"

#include "core/wire/text.hpp"

namespace postern::oauth {

Result<ScopeSet, Refused> known_scopes(const Authority& authority, std::string_view text) {
  return known_scopes(authority, text, {});
}

Result<ScopeSet, Refused> known_scopes(const Authority& authority, std::string_view text, const ScopeSet& granted) {
  const auto asked = ScopeSet::parse(text);
  if (!asked) {
    return Refused{Refusal::malformed_scope,
                   "expected at most 64 scope tokens, received " + wire::display_name(text, 100)};
  }
  const ScopeSet unknown = asked->without(authority.scopes.all().united_with(granted));
  return asked->without(unknown);
}

}  // namespace postern::oauth
