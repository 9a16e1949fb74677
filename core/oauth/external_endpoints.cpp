#include <array>

#include "core/oauth/client_metadata.hpp"
#include "core/oauth/discovery.hpp"
#include "core/oauth/endpoints.hpp"
#include "core/oauth/external_token.hpp"
#include "core/oauth/pages.hpp"
#include "core/oauth/replies.hpp"
#include "core/wire/http.hpp"
#include "core/wire/json.hpp"
#include "core/wire/uri.hpp"

namespace postern::oauth {
namespace {

bool is_read(const HttpRequest& request) { return request.method == "GET" || request.method == "HEAD"; }

/// Nothing is known of that server.
Answer unreachable(std::string_view what, const std::string& why, Commit kept);
Json as_seen_here(const Authority& authority, const ExternalServer& server);
/// What is handed on: a client's own credentials, if it has any, and nothing else of its header.
Result<wire::Headers, Refused> credentials_of(const HttpRequest& request);
using Make = Result<Fetch, Refused> (*)(const Authority&, const HttpRequest&, const ExternalServer&);
/// Finds the server, sends it what `make` makes of the request, and hands its answer back.
Outcome hand_on(std::string_view what, const Authority& authority, const HttpRequest& request, const Facts& facts,
                Make make);
Answer answer_of(std::string_view what, const Fetched& fetched);
Result<Fetch, Refused> token_request(const Authority& authority, const HttpRequest& request,
                                     const ExternalServer& server);
Result<Fetch, Refused> registration_request(const Authority& authority, const HttpRequest& request,
                                            const ExternalServer& server);

}  // namespace

Outcome external_metadata(const Authority& authority, const HttpRequest& request, const Facts& facts) {
  constexpr std::string_view what = "metadata";
  if (!is_read(request)) return refuse_method(what, request, "GET, HEAD");
  Ask ask{facts};
  Commit kept;
  const auto server = external_server(*authority.external, ask, kept);
  if (ask.pending()) return ask.needs();
  if (!server) return unreachable(what, server.error(), std::move(kept));
  Reply reply{200,
              {{"Content-Type", "application/json"}, {"Cache-Control", "public, max-age=300"}},
              wire::dump_json(as_seen_here(authority, *server)),
              std::nullopt};
  return Answer{std::move(reply), std::move(kept), {}, {}};
}

Outcome external_authorize(const Authority& authority, const HttpRequest& request, const Facts& facts) {
  constexpr std::string_view what = "authorize";
  if (!is_read(request)) return refuse_method(what, request, "GET, HEAD");
  const auto target = wire::parse_target(request.target);
  const auto query = wire::Form::parse(target ? target->query : "");
  if (!target || !query) return refuse_by_page(authority, what, {Refusal::malformed_request});
  if (auto refused = check_resource(authority, *query, authority.resource)) {
    return refuse_by_page(authority, what, *refused);
  }
  Ask ask{facts};
  Commit kept;
  const auto server = external_server(*authority.external, ask, kept);
  if (ask.pending()) return ask.needs();
  if (!server) {
    Answer answer = refuse_by_page(authority, what, {Refusal::external_unreachable});
    answer.audit = {audit(what, {Refusal::external_unreachable, server.error()})};
    answer.commit = std::move(kept);
    return answer;
  }
  std::vector<wire::Form::Field> fields = query->fields();
  if (query->get("resource").empty()) fields.emplace_back("resource", authority.resource);
  return Answer{see_other(wire::append_query(server->authorize, wire::form_encode(fields))),
                std::move(kept),
                {},
                {AuditEvent{std::string(what), "ok_led_on", {}, {}, {}}}};
}

Outcome external_token(const Authority& authority, const HttpRequest& request, const Facts& facts) {
  return hand_on("token", authority, request, facts, token_request);
}

Outcome external_register(const Authority& authority, const HttpRequest& request, const Facts& facts) {
  return hand_on("client.register", authority, request, facts, registration_request);
}

namespace {

Answer unreachable(std::string_view what, const std::string& why, Commit kept) {
  Answer answer = external_unreachable(what, {Refusal::external_unreachable, why});
  answer.commit = std::move(kept);
  return answer;
}

// A client that goes by these finds us everywhere, and its requests get the resource that they lack.
Json as_seen_here(const Authority& authority, const ExternalServer& server) {
  Json document = server.document;
  document["authorization_endpoint"] = authority.endpoint("/authorize");
  document["token_endpoint"] = authority.endpoint("/token");
  if (server.registration.empty()) {
    document.erase("registration_endpoint");
  } else {
    document["registration_endpoint"] = authority.endpoint("/register");
  }
  return document;
}

Result<wire::Headers, Refused> credentials_of(const HttpRequest& request) {
  const std::size_t count = wire::count_header(request.headers, "Authorization");
  if (count == 0) return wire::Headers{};
  if (count > 1) return Refused{Refusal::two_client_authentications};
  const std::string& field = *wire::find_header(request.headers, "Authorization");
  const auto authorization = wire::parse_authorization(field);
  // An access token has no business here, and would be told to another server.
  if (!authorization || authorization->scheme != "basic") return Refused{Refusal::malformed_basic};
  return wire::Headers{{"Authorization", field}};
}

Outcome hand_on(std::string_view what, const Authority& authority, const HttpRequest& request, const Facts& facts,
                Make make) {
  if (request.method != "POST") return refuse_method(what, request, "POST");
  Ask ask{facts};
  Commit kept;
  const auto server = external_server(*authority.external, ask, kept);
  if (ask.pending()) return ask.needs();
  if (!server) return unreachable(what, server.error(), std::move(kept));
  auto made = make(authority, request, *server);
  if (!made) return refuse_json(what, made.error());
  Fetch fetch = std::move(made).value();
  fetch.method = "POST";
  fetch.headers.push_back({"Accept", "application/json"});
  fetch.reach = reach_from(authority.external->issuer, fetch.url);
  const Fetched* fetched = ask(std::move(fetch));
  if (fetched == nullptr) return ask.needs();
  Answer answer = answer_of(what, *fetched);
  answer.commit = std::move(kept);
  return answer;
}

Answer answer_of(std::string_view what, const Fetched& fetched) {
  const bool answered =
      (fetched.status >= 200 && fetched.status < 300) || (fetched.status >= 400 && fetched.status < 500);
  const auto body = wire::parse_json(fetched.body);
  if (!answered || !body || !body->is_object()) {
    return external_unreachable(
        what, {Refusal::external_unreachable,
               "expected a JSON object as answer, received status " + std::to_string(fetched.status)});
  }
  Reply reply = json_reply(fetched.status, *body);
  for (const std::string_view name : {"WWW-Authenticate", "Retry-After"}) {
    const std::string* field = wire::find_header(fetched.headers, name);
    if (field != nullptr && wire::is_field_value(*field)) reply.headers.push_back({std::string(name), *field});
  }
  const bool ok = fetched.status < 300;
  return Answer{std::move(reply),
                {},
                {},
                {AuditEvent{std::string(what),
                            ok ? "ok_handed_on" : "refused_there",
                            {},
                            {},
                            "status " + std::to_string(fetched.status)}}};
}

Result<Fetch, Refused> token_request(const Authority& authority, const HttpRequest& request,
                                     const ExternalServer& server) {
  const auto form = read_form(request);
  if (!form) return form.error();
  if (auto refused = check_resource(authority, *form, authority.resource)) return *refused;
  auto headers = credentials_of(request);
  if (!headers) return headers.error();
  Fetch fetch;
  fetch.url = server.token;
  fetch.headers = std::move(headers).value();
  fetch.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  std::vector<wire::Form::Field> fields = form->fields();
  if (form->get("resource").empty()) fields.emplace_back("resource", authority.resource);
  fetch.body = wire::form_encode(fields);
  return fetch;
}

Result<Fetch, Refused> registration_request(const Authority&, const HttpRequest& request,
                                            const ExternalServer& server) {
  if (server.registration.empty()) return Refused{Refusal::no_registration_there};
  const auto metadata = read_metadata_body(request);
  if (!metadata) return metadata.error();
  if (!metadata->is_object()) return Refused{Refusal::malformed_metadata, "expected the body to be an object"};
  Fetch fetch;
  fetch.url = server.registration;
  fetch.headers = {{"Content-Type", "application/json"}};
  fetch.body = wire::dump_json(*metadata);
  return fetch;
}

}  // namespace
}  // namespace postern::oauth
