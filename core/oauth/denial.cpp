#include "core/oauth/denial.hpp"

#include "core/crypto/hash.hpp"
#include "core/oauth/login.hpp"
#include "core/oauth/pages.hpp"
#include "core/wire/base64.hpp"
#include "core/wire/json.hpp"

namespace postern::oauth {
namespace {

constexpr std::string_view what = "consent";

}  // namespace

std::string denial_key(const wire::Form& query, std::string_view browser) {
  Json named = Json::array({browser});
  for (const auto& [name, value] : query.fields()) {
    if (name == "prompt") continue;  // It is taken away by a login that it asked for.
    named.push_back(name);
    named.push_back(value);
  }
  return store::Denial::key(wire::base64url(crypto::sha256(wire::dump_json(named))));
}

void put_denial(Commit& commit, const store::Found<store::Denial>& denial, const Lifetimes& lifetimes,
                UnixSeconds now) {
  if (denial) {
    store::require(commit, denial);
    return;
  }
  store::replace(commit, denial, store::Denial{now}, now + lifetimes.flow);
  commit.durable();
}

Answer refuse_denied(const Authority& authority, std::string_view client_id, std::string_view subject) {
  return refuse_by_page(
      authority, what, {Refusal::already_denied, {}, std::string(client_id), std::string(subject)},
      {"You have denied this",
       "The application has been told so, and this page can not take it back. To let it in after all, go back to the "
       "application and start again.",
       {},
       {}});
}

Answer refuse_allowed(const Authority& authority, std::string_view client_id, std::string_view subject) {
  return refuse_by_page(
      authority, what, {Refusal::already_allowed, {}, std::string(client_id), std::string(subject)},
      {"You have allowed this",
       "This page can not take it back. On your account page you can revoke what the application was given.",
       account_path(authority), "To your account"});
}

}  // namespace postern::oauth
