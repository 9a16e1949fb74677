#include "core/oauth/pages.hpp"

#include "core/crypto/hash.hpp"
#include "core/oauth/client_document.hpp"
#include "core/oauth/clients.hpp"
#include "core/oauth/offered_scopes.hpp"
#include "core/oauth/page_parts.hpp"
#include "core/oauth/page_style.hpp"
#include "core/wire/base64.hpp"
#include "core/wire/text.hpp"
#include "core/wire/uri.hpp"

namespace postern::oauth {
namespace {

wire::Headers page_headers();
std::string content_security_policy();
/// A button for each provider, and what parts them from the password form where there is one.
std::string provider_choice(const Authority& authority, std::string_view flow);
std::string password_form(const Authority& authority, const LoginPage& login);
/// The boxes of what the user may give beside what was asked for.
std::string offer(const std::vector<OfferedScope>& offered);

}  // namespace

Reply login_page(const Authority& authority, int status, const LoginPage& login) {
  std::string main = "<h1>Log in</h1><p class=\"soft\">";
  main += login.account ? "to see which applications are connected to your account</p>"
                        : "to continue to <strong>" + shown_client(login.client_name) + "</strong></p>";
  if (!login.alert.empty()) main += "<p role=\"alert\" class=\"alert\">" + wire::html_escape(login.alert) + "</p>";
  if (!authority.providers.empty()) main += provider_choice(authority, login.flow);
  if (authority.own_users) main += password_form(authority, login);
  return page(authority, status, "Log in", main);
}

ConsentPage consent_page_of(const Authority& authority, const AuthorizationRequest& request,
                            const store::Client& client, const Provider* provider) {
  ConsentPage page;
  page.client_name = client.name;
  // Of a metadata document's client the host is known; of others it is what they say.
  page.client_host_known = names_document(request.client_id);
  const std::string& home = page.client_host_known ? request.client_id : client.uri;
  if (const auto uri = wire::Uri::parse(home)) page.client_host = uri->host;
  page.redirect_host = request.redirect.display_host();
  page.scopes = scopes_in_words(authority, request.scopes, provider);
  const ScopeSet offered = offered_beside(authority, request.scopes);
  const std::vector<std::string> words = scopes_in_words(authority, offered, provider);
  for (std::size_t i = 0; i < words.size(); ++i) page.offered.push_back({box_of(offered.tokens()[i]), words[i]});
  page.loopback_only = is_loopback_only(authority, client);
  return page;
}

Reply consent_page(const Authority& authority, const ConsentPage& consent) {
  std::string main = "<h1>Allow " + shown_client(consent.client_name) + " to use " + shown(authority.name) + "?</h1>";
  main += "<p class=\"care\">The application chose this name, and nobody has checked it.";
  if (consent.loopback_only) {
    main += " It runs on your own computer. Any program on this computer could be asking under this name.";
  }
  main += " If you have not just started it yourself, deny it.</p>";
  main += "<h2 id=\"scopes\">It will be able to</h2><ul aria-labelledby=\"scopes\">";
  for (const std::string& scope : consent.scopes) main += "<li>" + wire::html_escape(scope) + "</li>";
  if (consent.scopes.empty()) main += "<li>Know that you have an account here, and nothing else</li>";
  main += "</ul><dl><div><dt>Your account</dt><dd>";
  main += consent.provider.empty()
              ? shown(consent.user_name, 64)
              : "You choose it next, at " + shown(consent.provider) + " (" + shown(consent.provider_host, 100) + ")";
  main += "</dd></div>";
  if (!consent.client_host.empty()) {
    main += consent.client_host_known ? "<div><dt>It comes from</dt><dd>" : "<div><dt>Says that it comes from</dt><dd>";
    main += shown(consent.client_host, 255) + "</dd></div>";
  }
  main += "<div><dt>You will be sent to</dt><dd>" + shown(consent.redirect_host, 255) + "</dd></div></dl>";
  main += form_start(authority, "/authorize", consent.flow) + offer(consent.offered);
  main +=
      "<div class=\"choice\"><button name=\"action\" value=\"deny\">Deny</button>"
      "<button class=\"strong\" name=\"action\" value=\"allow\">Allow</button></div>"
      "<div class=\"again\"><button class=\"quiet\" name=\"action\" value=\"switch\">Use another account</button></div>"
      "</form>";
  return page(authority, 200, "Allow access", main);
}

Reply message_page(const Authority& authority, int status, const MessagePage& message) {
  std::string main = "<h1>" + wire::html_escape(message.title) + "</h1><p>" + wire::html_escape(message.text) + "</p>";
  if (!message.link.empty()) {
    main += "<p><a class=\"button strong\" href=\"" + wire::html_escape(message.link) + "\">" +
            wire::html_escape(message.link_text) + "</a></p>";
  }
  return page(authority, status, message.title, main);
}

Reply front_page(const Authority& authority, std::string_view mcp_url) {
  std::string main =
      "<h1>" + shown(authority.name) + "</h1><p>This is an MCP server. Applications that speak MCP use its " +
      "tools for you, once you have logged in and allowed them.</p><h2 id=\"address\">Paste this address " +
      "into your application</h2><p class=\"address\" aria-labelledby=\"address\"><code>" + wire::html_escape(mcp_url) +
      "</code></p>";
  if (!authority.external) {
    main += "<p><a class=\"button\" href=\"" + wire::html_escape(authority.path) +
            "/account\">Connected applications</a></p>";
  }
  return page(authority, 200, "MCP server", main);
}

Reply nothing_here_page(const Authority& authority) {
  return message_page(
      authority, 404,
      {"There is nothing here", "The address may have been copied with a part missing, or a part too much.",
       authority.path + '/', "To the front page"});
}

Answer refuse_by_page(const Authority& authority, std::string_view what, const Refused& refused, MessagePage message) {
  const WireError wire = to_wire(refused.why);
  if (message.title.empty()) message.title = "This request can not go on";
  if (message.text.empty()) {
    message.text = std::string(wire.description);
    if (!refused.detail.empty()) message.text += " What was wrong: " + refused.detail + '.';
    message.text += " Go back to the application and start again.";
  }
  const int status = wire.status == 303 ? 400 : wire.status;
  // A page is no place to authenticate: 401 stays the login form's own.
  return Answer{message_page(authority, status == 401 ? 400 : status, message), {}, {}, {audit(what, refused)}};
}

Reply see_other(std::string location) {
  Reply reply{303, page_headers(), {}, std::nullopt};
  reply.headers.push_back({"Location", std::move(location)});
  return reply;
}

Reply page(const Authority& authority, int status, std::string_view title, std::string_view main,
           std::string_view footer) {
  std::string html =
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
      "<meta name=\"robots\" content=\"noindex\"><title>";
  html += wire::html_escape(title) + " · " + shown(authority.name) + "</title><style>";
  html += page_style;
  html += "</style></head><body><div class=\"brand\">";
  html += page_mark;
  html += "<span>" + shown(authority.name) + "</span></div><main>";
  html += main;
  html += "</main>";
  if (!footer.empty()) html += "<footer>" + std::string(footer) + "</footer>";
  html += "</body></html>";
  Reply reply{status, page_headers(), std::move(html), std::nullopt};
  reply.headers.push_back({"Content-Type", "text/html; charset=utf-8"});
  return reply;
}

std::string shown(std::string_view hostile, std::size_t code_points) {
  return wire::html_escape(wire::display_name(hostile, code_points));
}

std::string shown_client(std::string_view name) {
  const std::string text = shown(name);
  return text.empty() ? "an application without a name" : "<bdi>" + text + "</bdi>";
}

std::vector<std::string> scopes_in_words(const Authority& authority, const ScopeSet& scopes, const Provider* provider) {
  std::vector<std::string> words;
  for (const std::string& token : scopes.tokens()) {
    const ScopeDefinition* definition = authority.scopes.find(token);
    words.push_back(definition == nullptr || definition->in_words.empty() ? token : definition->in_words);
    if (provider == nullptr || definition == nullptr || !definition->shows_profile) continue;
    words.back() += ", and your " + provider->label + " profile: " + provider->profile_in_words;
  }
  return words;
}

std::string form_start(const Authority& authority, std::string_view leaf, std::string_view flow) {
  return "<form method=\"post\" action=\"" + wire::html_escape(authority.path + std::string(leaf)) +
         "\"><input type=\"hidden\" name=\"flow\" value=\"" + wire::html_escape(flow) + "\">";
}

namespace {

// No form-action: Chromium applies it to the redirect after a form, too, and then no loopback address and no scheme of
// an application could be reached. No Cross-Origin-Opener-Policy: web clients open this page in a window of theirs and
// are told the result by it; the policy would cut that tie for good.
wire::Headers page_headers() {
  return {{"Cache-Control", "no-store"},
          {"Content-Security-Policy", content_security_policy()},
          {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
          {"Referrer-Policy", "no-referrer"},
          {"X-Content-Type-Options", "nosniff"},
          {"X-Frame-Options", "DENY"}};
}

std::string content_security_policy() {
  return "default-src 'none'; style-src 'sha256-" + wire::base64(crypto::sha256(page_style)) +
         "'; frame-ancestors 'none'; base-uri 'none'";
}

std::string provider_choice(const Authority& authority, std::string_view flow) {
  std::string html = form_start(authority, "/authorize", flow) + "<div class=\"providers\">";
  for (const Provider& provider : authority.providers) {
    html += "<button name=\"provider\" value=\"" + wire::html_escape(provider.id) + "\">Continue with " +
            shown(provider.label) + "</button>";
  }
  html += "</div></form>";
  if (authority.own_users) html += "<p class=\"or\">or with a password</p>";
  return html;
}

std::string password_form(const Authority& authority, const LoginPage& login) {
  const bool knows_name = !login.user_name.empty();
  const bool takes_focus = authority.providers.empty() || knows_name;
  std::string html = form_start(authority, "/authorize", login.flow);
  html +=
      "<label for=\"username\">User name</label><input id=\"username\" name=\"username\" type=\"text\" "
      "autocomplete=\"username\" autocapitalize=\"none\" spellcheck=\"false\" maxlength=\"256\" required value=\"" +
      wire::html_escape(login.user_name) + '"' + (takes_focus && !knows_name ? " autofocus" : "") + '>';
  html +=
      "<label for=\"password\">Password</label><input id=\"password\" name=\"password\" type=\"password\" "
      "autocomplete=\"current-password\" maxlength=\"1024\" required";
  html += knows_name ? " autofocus>" : ">";
  return html + "<button class=\"strong wide\" name=\"action\" value=\"login\">Log in</button></form>";
}

std::string offer(const std::vector<OfferedScope>& offered) {
  constexpr std::size_t max_open = 4;
  if (offered.empty()) return {};
  std::string html =
      "<fieldset class=\"more\"><legend>You may also let it</legend><p class=\"soft\">It has not asked for this. Some "
      "applications never ask again for more: tick what you will want it to do.</p>";
  for (const OfferedScope& scope : offered) {
    html += "<label><input type=\"checkbox\" name=\"" + wire::html_escape(scope.box) + "\" value=\"yes\"><span>" +
            wire::html_escape(scope.in_words) + "</span></label>";
  }
  html += "</fieldset>";
  if (offered.size() <= max_open) return html;
  return "<details><summary>Let it do more</summary>" + html + "</details>";
}

}  // namespace
}  // namespace postern::oauth
