#include "core/oauth/held_token.hpp"

namespace postern::oauth {

HeldToken load_held_token(const Authority& authority, std::string_view text, Ask& ask) {
  HeldToken held;
  held.access = open_access_token(authority, text);
  if (!held.access) held.refresh = open_refresh_token(authority, text);
  if (!held.access && !held.refresh) return held;
  const std::string& subject = held.access ? held.access->subject : held.refresh->subject;
  held.grant = store::load<store::Grant>(ask, store::Grant::key(held.grant_id()));
  held.listed = store::load<store::GrantOf>(ask, store::GrantOf::key(subject, held.grant_id()));
  return held;
}

}  // namespace postern::oauth
