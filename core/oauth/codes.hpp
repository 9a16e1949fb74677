// The authorization code that an allowed request gets: one for each consent page, however often its form is sent.
#pragma once

#include <string>
#include <string_view>

#include "core/flow/commit.hpp"
#include "core/oauth/authority.hpp"
#include "core/oauth/authorization_request.hpp"
#include "core/store/record.hpp"
#include "core/store/records.hpp"

namespace postern::oauth {

/// Only this deployment can make it from the page's id, and always makes the same.
std::string code_of(const Authority& authority, std::string_view flow_id);

/// Where it is stored: under its hash.
std::string code_key(const Authority& authority, std::string_view flow_id);

/// Who allowed what.
struct Approval {
  const AuthorizationRequest& request;
  const ScopeSet& scopes;
  std::string subject;
  std::string user_name;
  std::string provider = {};  ///< Where the user logged in; empty: here.
  std::string upstream = {};  ///< What the provider gave, sealed.
};

/// Puts the code into the commit, and what it stands on: `code` is the record as it was read.
void put_code(Commit& commit, const Authority& authority, const store::Found<store::Code>& code,
              const store::Found<store::Client>& client, const Approval& approval, UnixSeconds now);

/// To the client, with the code.
Reply redirect_with_code(const Authority& authority, const AuthorizationRequest& request, std::string_view flow_id);

}  // namespace postern::oauth
