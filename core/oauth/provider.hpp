// A third party that knows who the user is: GitHub, an OpenID provider, or any OAuth 2 provider. A row of data; what one
// does otherwise than the others is a member here and a row in provider.cpp, not a branch.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/base/secret.hpp"

namespace postern::oauth {

/// Who may come in. Every list that is not empty has to be met; all empty: everybody whom the provider knows.
struct AllowList {
  std::vector<std::string> logins;         ///< User names there, compared without case.
  std::vector<std::string> organisations;  ///< GitHub: member of one of these.
  std::vector<std::string> email_domains;  ///< Of an e-mail address that the provider has verified.
  std::vector<std::string> groups;         ///< Values of the group claim.
  bool empty() const { return logins.empty() && organisations.empty() && email_domains.empty() && groups.empty(); }
};

struct Provider {
  enum class Kind { github, oidc, oauth2 };
  enum class TokenAuth { basic, post };

  std::string id;     ///< 1 to 32 of [a-z0-9-], not a path of this server: the callback is `/<id>/callback`.
  std::string label;  ///< `GitHub`: on buttons.
  Kind kind = Kind::oidc;
  std::string client_id;
  Secret client_secret;  ///< Empty: a public client there.

  // Where it is. https, or http on loopback.
  std::string issuer;         ///< oidc: everything else is discovered below it.
  std::string authorize_url;  ///< github, oauth2.
  std::string token_url;
  std::string api_url;   ///< github: base of its API; oauth2: the profile of the token's user.
  std::string api_base;  ///< What tools ask begins with it. Empty: with `api_url`; oidc has then nothing to ask.
  std::string scope;     ///< What is asked for there; scope tokens separated by spaces.
  AllowList allow;

  // How it differs.
  TokenAuth token_auth = TokenAuth::basic;  ///< Of two that it offers; one that it does not offer is not used.
  bool pkce = true;
  std::string authorize_parameters;  ///< Form-encoded, sent along: `access_type=offline&prompt=consent`.
  std::string subject_claim;         ///< oauth2: member of the profile that names the user for good; oidc: `sub`.
  std::string name_claim;            ///< Member that people know the user by.
  std::string groups_claim;          ///< `groups`
  /// The claim that says that the e-mail address is the user's. Entra has another one than the standard.
  std::string email_verified_claim = "email_verified";
  /// What a profile there holds, for the consent page: `name, e-mail address, picture`.
  std::string profile_in_words;
  bool groups_in_userinfo = false;  ///< The ID token has no groups; the userinfo endpoint has (GitLab).
  /// The issuer in discovery has `{tenantid}`, to be read from the claim `tid` (Entra, several tenants).
  bool issuer_names_tenant = false;
};

/// The members of `provider` that are empty get what this kind and, for OpenID providers, this issuer's host or the
/// `preset` needs (google, entra, keycloak, auth0, gitlab, okta; empty: by the issuer). Then all is checked: the reason,
/// in one line, why it can't be used.
Result<Provider, std::string> complete(Provider provider, std::string_view preset = {});

}  // namespace postern::oauth
