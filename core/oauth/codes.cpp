#include "core/oauth/codes.hpp"

#include "core/crypto/hash.hpp"
#include "core/oauth/clients.hpp"
#include "core/wire/base64.hpp"

namespace postern::oauth {

std::string code_of(const Authority& authority, std::string_view flow_id) {
  return wire::base64url(authority.codes.mac(flow_id));
}

std::string code_key(const Authority& authority, std::string_view flow_id) {
  return store::Code::key(wire::base64url(crypto::sha256(code_of(authority, flow_id))));
}

void put_code(Commit& commit, const Authority& authority, const store::Found<store::Code>& code,
              const store::Found<store::Client>& client, const Approval& approval, UnixSeconds now) {
  const Lifetimes& lifetimes = authority.lifetimes;
  store::Code given;
  given.client = approval.request.client_id;
  given.redirect_uri = approval.request.redirect.text();
  given.challenge = approval.request.challenge;
  given.resource = authority.resource;
  given.subject = approval.subject;
  given.user_name = approval.user_name;
  given.scopes = approval.scopes;
  given.expires = now + lifetimes.code;
  given.provider = approval.provider;
  given.upstream = approval.upstream;
  // It stays until no page of this flow can come back any more: else the same form would make the same code anew.
  store::replace(commit, code, given, given.expires + lifetimes.flow);
  keep_used_client(commit, client, lifetimes, now);
  commit.durable();
}

Reply redirect_with_code(const Authority& authority, const AuthorizationRequest& request, std::string_view flow_id) {
  return redirect_back(authority, request, {{"code", code_of(authority, flow_id)}});
}

}  // namespace postern::oauth
