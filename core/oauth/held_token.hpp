// A token that a client holds, of either kind, with the grant that it stands for: what revocation and introspection ask
// about. RFC 7009 s. 2.1, RFC 7662 s. 2.1. token_type_hint is not needed: the text itself tells.
#pragma once

#include <optional>
#include <string_view>

#include "core/flow/ask.hpp"
#include "core/oauth/authority.hpp"
#include "core/oauth/tokens.hpp"
#include "core/store/record.hpp"
#include "core/store/records.hpp"

namespace postern::oauth {

struct HeldToken {
  std::optional<AccessToken> access;
  std::optional<RefreshToken> refresh;
  store::Found<store::Grant> grant;
  store::Found<store::GrantOf> listed;

  bool known() const { return (access || refresh) && grant.found(); }
  const std::string& grant_id() const { return access ? access->grant : refresh->grant; }
};

/// Opens the text and asks for its grant. While `ask.pending()` the records mean nothing.
HeldToken load_held_token(const Authority& authority, std::string_view text, Ask& ask);

}  // namespace postern::oauth
