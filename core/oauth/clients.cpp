#include "core/oauth/clients.hpp"

#include <algorithm>

#include "core/wire/text.hpp"

namespace postern::oauth {
namespace {

wire::RedirectPolicy policy_of(const Authority& authority) { return {authority.allow_private_use_redirects}; }

/// The same but for how this computer is named: `http://localhost:1/cb` and `http://127.0.0.1:2/cb`.
bool differ_in_loopback_name(const wire::RedirectUri& left, const wire::RedirectUri& right) {
  return left.is_loopback() && right.is_loopback() && left.uri().host != right.uri().host &&
         left.uri().path == right.uri().path && left.uri().query == right.uri().query;
}

}  // namespace

void keep_used_client(Commit& commit, const store::Found<store::Client>& client, const Lifetimes& lifetimes,
                      UnixSeconds now) {
  if (!client) return;
  if (client->used && (client->expires - now).count * 2 >= lifetimes.used_client.count) {
    store::require(commit, client);  // A client that is being removed meanwhile gets nothing that nobody would find.
    return;
  }
  store::Client kept = *client;
  kept.used = true;
  kept.expires = now + lifetimes.used_client;
  store::replace(commit, client, kept, kept.expires);
}

Result<wire::RedirectUri, Refused> redirect_of(const Authority& authority, const store::Client& client,
                                               std::string_view presented) {
  if (presented.empty()) {
    if (client.redirect_uris.size() != 1) return Refused{Refusal::missing_redirect};
    presented = client.redirect_uris.front();
  }
  auto wanted = wire::RedirectUri::parse(presented, policy_of(authority));
  if (!wanted) return Refused{Refusal::unmatched_redirect, wanted.error().what};
  for (const std::string& text : client.redirect_uris) {
    const auto registered = wire::RedirectUri::parse(text, policy_of(authority));
    if (registered && wire::matches(*registered, *wanted)) return std::move(wanted).value();
  }
  for (const std::string& text : client.redirect_uris) {
    const auto registered = wire::RedirectUri::parse(text, policy_of(authority));
    if (!registered || !differ_in_loopback_name(*registered, *wanted)) continue;
    return Refused{Refusal::unmatched_redirect, "the application registered " + wire::display_name(text, 200) +
                                                    " and now asks for " + wire::display_name(presented, 200) +
                                                    ", and to a computer these are two addresses. " +
                                                    std::string(connect_anew.substr(0, connect_anew.size() - 1))};
  }
  return Refused{Refusal::unmatched_redirect,
                 "expected a redirect URI that the client registered, received " + wire::display_name(presented, 200)};
}

bool is_loopback_only(const Authority& authority, const store::Client& client) {
  return std::all_of(client.redirect_uris.begin(), client.redirect_uris.end(), [&](const std::string& text) {
    const auto uri = wire::RedirectUri::parse(text, policy_of(authority));
    return uri && uri->is_loopback();
  });
}

}  // namespace postern::oauth
