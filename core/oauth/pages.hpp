// The pages that people see. Every page is whole in itself: no script, no picture from elsewhere, nothing to load.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/flow/outcome.hpp"
#include "core/oauth/authority.hpp"
#include "core/oauth/authorization_request.hpp"
#include "core/oauth/refusal.hpp"

namespace postern::oauth {

struct LoginPage {
  std::string flow;         ///< Sealed.
  std::string client_name;  ///< Hostile text.
  std::string user_name;    ///< As typed before; hostile text.
  std::string alert;        ///< What went wrong; empty at first.
  bool account = false;     ///< No client is waiting: the login is to the account page.
};

/// Asks for what the authority offers: a password, a provider, or either.
Reply login_page(const Authority& authority, int status, const LoginPage& page);

/// A scope that the client did not ask for.
struct OfferedScope {
  std::string box;  ///< The name of its box in the form.
  std::string in_words;
};

struct ConsentPage {
  std::string flow;                ///< Sealed.
  std::string client_name;         ///< Hostile text; may be empty.
  std::string client_host;         ///< Of client_uri, as the client says; may be empty.
  bool client_host_known = false;  ///< It is that of the client's metadata document.
  std::string redirect_host;       ///< Where the answer goes.
  std::string user_name;
  std::vector<std::string> scopes;  ///< In words.
  std::vector<OfferedScope> offered;
  bool loopback_only = false;  ///< Any program on this computer could be the client.
  std::string provider;        ///< Not empty: the account is chosen there, after this page.
  std::string provider_host;
};
/// What the request and its client make of the page; the account is for the caller to add. `provider`: where the user
/// logs in; null: here.
ConsentPage consent_page_of(const Authority& authority, const AuthorizationRequest& request,
                            const store::Client& client, const Provider* provider = nullptr);
Reply consent_page(const Authority& authority, const ConsentPage& page);

struct MessagePage {
  std::string title;
  std::string text;
  std::string link;  ///< Path and query on this server; empty: none.
  std::string link_text;
};
Reply message_page(const Authority& authority, int status, const MessagePage& page);

/// What this server is, for who opens its address in a browser. `mcp_url`: to be pasted into a client.
Reply front_page(const Authority& authority, std::string_view mcp_url);

/// 404 for people. It repeats nothing of what was asked for.
Reply nothing_here_page(const Authority& authority);

/// An error that can't go to a client: told to the person, in words, with what was expected and what came.
Answer refuse_by_page(const Authority& authority, std::string_view what, const Refused& refused, MessagePage page = {});

/// 303 with the headers of a page.
Reply see_other(std::string location);

}  // namespace postern::oauth
