#include "core/oauth/client_auth.hpp"

#include "core/crypto/hash.hpp"
#include "core/oauth/replies.hpp"
#include "core/wire/http.hpp"
#include "core/wire/json.hpp"
#include "core/wire/jwt.hpp"
#include "core/wire/text.hpp"

namespace postern::oauth {
namespace {

constexpr std::string_view jwt_bearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

Result<ClientCredentials, Refused> read_basic(const std::string& field, const wire::Form& form);
Result<ClientCredentials, Refused> read_assertion(const wire::Form& form);
bool is_by_secret(std::string_view method);
bool has_assertion(const wire::Form& form) {
  return form.find("client_assertion") != nullptr || form.find("client_assertion_type") != nullptr;
}

}  // namespace

Result<ClientCredentials, Refused> read_client(const HttpRequest& request, const wire::Form& form) {
  const std::size_t fields = wire::count_header(request.headers, "Authorization");
  if (fields > 1) return Refused{Refusal::two_client_authentications};
  if (fields == 1) return read_basic(*wire::find_header(request.headers, "Authorization"), form);

  if (has_assertion(form)) return read_assertion(form);
  if (form.get("client_id").empty()) return missing("client_id");
  const std::string_view secret = form.get("client_secret");
  return ClientCredentials{std::string(form.get("client_id")), secret.empty() ? "none" : "client_secret_post",
                           Secret(std::string(secret))};
}

std::optional<Refused> check_client(const ClientCredentials& credentials, const store::Found<store::Client>& client) {
  if (!client) return Refused{Refusal::unknown_client, {}, credentials.id};
  const bool has_secret = is_by_secret(client->auth_method);
  if (has_secret ? !is_by_secret(credentials.method) : credentials.method != client->auth_method) {
    const std::string expected = has_secret ? "client_secret_basic or client_secret_post" : client->auth_method;
    return Refused{Refusal::wrong_auth_method,
                   "expected client authentication " + expected + ", received " + credentials.method, credentials.id};
  }
  if (client->auth_method == "none") return std::nullopt;
  if (client->auth_method == "private_key_jwt") {
    if (credentials.proved) return std::nullopt;
    return Refused{Refusal::wrong_assertion, {}, credentials.id};
  }
  if (!is_secret(credentials.secret, client->secret_hash)) {
    return Refused{Refusal::wrong_client_secret, {}, credentials.id};
  }
  return std::nullopt;
}

// Hashes are compared, so not even the time tells how much of a guess was right. A record without a hash has no secret.
bool is_secret(const Secret& presented, std::string_view hash) {
  return !hash.empty() && Secret::same_bytes(crypto::sha256(presented.expose_for(Reason::hashing)), hash);
}

Outcome with_basic_challenge(Outcome outcome, const HttpRequest& request) {
  Answer* answer = outcome.answer();
  if (answer != nullptr && answer->reply.status == 401 && wire::find_header(request.headers, "Authorization")) {
    answer->reply.headers.push_back({"WWW-Authenticate", "Basic realm=\"token endpoint\", charset=\"UTF-8\""});
  }
  return outcome;
}

namespace {

Result<ClientCredentials, Refused> read_basic(const std::string& field, const wire::Form& form) {
  const auto authorization = wire::parse_authorization(field);
  if (!authorization || authorization->scheme != "basic") return Refused{Refusal::malformed_basic};
  auto basic = wire::parse_basic(authorization->credentials);
  if (!basic || basic->id.empty()) return Refused{Refusal::malformed_basic};
  if (!form.get("client_secret").empty() || has_assertion(form)) {
    return Refused{Refusal::two_client_authentications, {}, basic->id};
  }
  // Its own id once more is no second authentication; clients do it.
  if (!form.get("client_id").empty() && form.get("client_id") != basic->id) {
    return Refused{Refusal::client_id_differs, {}, basic->id};
  }
  return ClientCredentials{std::move(basic->id), "client_secret_basic", std::move(basic->secret)};
}

bool is_by_secret(std::string_view method) { return method == "client_secret_basic" || method == "client_secret_post"; }

// RFC 7521 s. 4.2: client_id may be left out, since the assertion names its subject. Nothing in it is believed yet.
Result<ClientCredentials, Refused> read_assertion(const wire::Form& form) {
  if (!form.get("client_secret").empty()) return Refused{Refusal::two_client_authentications};
  if (form.get("client_assertion_type") != jwt_bearer) {
    return Refused{Refusal::wrong_assertion, "expected client_assertion_type " + std::string(jwt_bearer)};
  }
  const auto token = wire::Jwt::parse(form.get("client_assertion"));
  const std::string* subject = token ? wire::string_member(token->claims, "sub") : nullptr;
  if (subject == nullptr || subject->empty()) {
    return Refused{Refusal::wrong_assertion, "expected client_assertion as a signed JWT with sub"};
  }
  if (!form.get("client_id").empty() && form.get("client_id") != *subject) {
    return Refused{Refusal::client_id_differs, "expected client_id as the sub of the client assertion", *subject};
  }
  return ClientCredentials{*subject, "private_key_jwt", Secret(std::string(form.get("client_assertion")))};
}

}  // namespace
}  // namespace postern::oauth
