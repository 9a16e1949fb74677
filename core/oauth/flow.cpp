#include "core/oauth/flow.hpp"

#include "core/oauth/cookies.hpp"
#include "core/store/fields.hpp"

namespace postern::oauth {
namespace {

// The pages share a sealer; the first byte keeps one from being taken for another.
constexpr char login_kind = 'L';
constexpr char new_password_kind = 'P';
constexpr char consent_kind = 'C';
constexpr char account_kind = 'A';

template <class Flow>
std::optional<Flow> open(const Authority& authority, std::string_view text, char kind) {
  const std::optional<std::string> bytes = authority.flows.open(text);
  if (!bytes || bytes->empty() || bytes->front() != kind) return std::nullopt;
  return store::decode<Flow>(std::string_view(*bytes).substr(1));
}

}  // namespace

std::string seal(const Authority& authority, const LoginFlow& flow, const Facts& facts) {
  return authority.flows.seal(login_kind + store::encode(flow), facts.draw("login flow"));
}

std::string seal(const Authority& authority, const NewPasswordFlow& flow, const Facts& facts) {
  return authority.flows.seal(new_password_kind + store::encode(flow), facts.draw("new password flow"));
}

std::string seal(const Authority& authority, const ConsentFlow& flow, const Facts& facts) {
  return authority.flows.seal(consent_kind + store::encode(flow), facts.draw("consent flow"));
}

std::string seal(const Authority& authority, const AccountFlow& flow, const Facts& facts) {
  return authority.flows.seal(account_kind + store::encode(flow), facts.draw("account flow"));
}

std::string seal(const Authority& authority, const LoginSession& session, const Facts& facts) {
  return authority.logins.seal(store::encode(session), facts.draw("login session"));
}

std::optional<LoginFlow> open_login_flow(const Authority& authority, std::string_view text) {
  return open<LoginFlow>(authority, text, login_kind);
}

std::optional<NewPasswordFlow> open_new_password_flow(const Authority& authority, std::string_view text) {
  return open<NewPasswordFlow>(authority, text, new_password_kind);
}

std::optional<ConsentFlow> open_consent_flow(const Authority& authority, std::string_view text) {
  return open<ConsentFlow>(authority, text, consent_kind);
}

std::optional<AccountFlow> open_account_flow(const Authority& authority, std::string_view text) {
  return open<AccountFlow>(authority, text, account_kind);
}

std::optional<LoginSession> session_of(const Authority& authority, const HttpRequest& request, UnixSeconds now) {
  const std::optional<std::string> cookie = login_cookie(authority, request);
  const std::optional<Browser> browser = known_browser(authority, request);
  if (!cookie || !browser) return std::nullopt;
  const std::optional<std::string> bytes = authority.logins.open(*cookie);
  if (!bytes) return std::nullopt;
  std::optional<LoginSession> session = store::decode<LoginSession>(*bytes);
  if (!session || session->subject.empty() || now >= session->expires || session->browser != browser->hash()) {
    return std::nullopt;
  }
  return session;
}

}  // namespace postern::oauth
