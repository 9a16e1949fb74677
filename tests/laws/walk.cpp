#include "tests/laws/walk.hpp"

#include <utility>

#include "core/oauth/pkce.hpp"
#include "core/server/notes.hpp"
#include "core/store/records.hpp"
#include "core/wire/base64.hpp"
#include "core/wire/form.hpp"
#include "core/wire/json.hpp"
#include "tests/support/signer.hpp"
#include "tests/unit/server/settings.hpp"

namespace postern::test {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

constexpr const char* redirect = "http://127.0.0.1:4711/callback";
constexpr const char* open_document = "https://app.example/open.json";
constexpr const char* signed_document = "https://app.example/signed.json";
constexpr const char* keys_url = "https://app.example/keys";

const Signer& signer() {
  static const Signer signer("k1");
  return signer;
}

std::string header_of(const Reply& reply, std::string_view name) {
  const std::string* value = wire::find_header(reply.headers, name);
  return value == nullptr ? "" : *value;
}

/// What stands between `before` and `after` in `text`; empty when it is not there.
std::string between(const std::string& text, const std::string& before, char after) {
  const std::size_t at = text.find(before);
  if (at == std::string::npos) return "";
  const std::size_t begin = at + before.size();
  return text.substr(begin, text.find(after, begin) - begin);
}

void keep(std::string& place, std::string value) {
  if (!value.empty()) place = std::move(value);
}

std::string string_of(const std::string& body, std::string_view name) {
  const auto json = wire::parse_json(body);
  const std::string* value = json ? wire::string_member(*json, name) : nullptr;
  return value == nullptr ? "" : *value;
}

template <class List>
std::ptrdiff_t place_in(const List& list, std::uint32_t choice) {
  return static_cast<std::ptrdiff_t>(choice % list.size());
}

template <std::size_t N>
const char* pick(const char* const (&list)[N], std::uint32_t choice) {
  return list[choice % N];
}

}  // namespace

std::shared_ptr<const Deployment> Walk::deployment() {
  static const std::shared_ptr<const Deployment> built = [] {
    Settings settings = testing::good_settings();
    settings.public_url = "http://localhost:8000";
    settings.scopes = notes_scopes();
    add_notes_tools(settings.catalog);
    return testing::deployment_of(std::move(settings));
  }();
  return built;
}

Walk::Walk(World::Endpoint watched) : endpoint_(std::move(watched)) {
  store::User user;
  user.subject = "subject-of-ada";
  user.name = "ada";
  user.password = phc_of("right password");
  world_.put(store::User::key("ada"), user);
  world_.elsewhere = [this](const Fetch& fetch) { return answer_elsewhere(fetch); };
}

Fetched Walk::answer_elsewhere(const Fetch& fetch) const {
  const auto mood = world_.now.count / 97 % 8;
  if (mood == 0) return {0, {}, "", FetchProblem::unreachable};
  if (mood == 1) return {503, {}, "", FetchProblem::none};
  Json body = {
      {"client_id", fetch.url}, {"client_name", "documented"}, {"redirect_uris", {"http://127.0.0.1/callback"}}};
  if (fetch.url == signed_document) {
    body["token_endpoint_auth_method"] = "private_key_jwt";
    body["jwks_uri"] = keys_url;
  } else if (fetch.url == keys_url) {
    body = mood == 2 ? Signer("k2", 2).jwks() : signer().jwks();
  } else if (fetch.url != open_document) {
    return {404, {}, "", FetchProblem::none};
  }
  if (mood == 3) body["client_secret"] = "a lie";
  return {200, {{"Cache-Control", "max-age=400"}}, wire::dump_json(body), FetchProblem::none};
}

Fields Walk::signed_by_client(Fields fields, std::uint32_t choice) {
  if (client_ != signed_document || choice % 8 == 0) return fields;
  if (assertion_.empty() || choice % 8 > 1) {
    assertion_ = signer().sign({{"iss", client_},
                                {"sub", client_},
                                {"aud", choice % 16 == 2 ? "https://other.example" : "http://localhost:8000"},
                                {"exp", world_.now.count + (choice % 16 == 3 ? 3600 : 60)},
                                {"jti", std::to_string(++assertions_)}});
  }
  fields.emplace_back("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
  fields.emplace_back("client_assertion", assertion_);
  return fields;
}

void Walk::step(std::uint32_t choice) {
  const std::uint32_t bend = choice >> 8;
  // Weighted, so that a walk gets far: each door opens only behind the one before.
  switch (choice % 16) {
    case 0:
      return register_client(bend);
    case 1:
    case 2:
      return open_authorize(bend);
    case 3:
    case 4:
    case 5:
      return submit_page(bend);
    case 6:
    case 7:
      return redeem(bend);
    case 8:
      return refresh(bend);
    case 9:
      return end_or_inspect(bend);
    case 10:
    case 11:
      return call_modern(bend);
    case 12:
    case 13:
      return call_legacy(bend);
    case 14:
      return read_public(bend);
    default:
      return world_.pass(bend % 8 == 0 ? 4000 : bend % 40);
  }
}

Reply Walk::send(HttpRequest request, std::uint32_t choice) {
  request.headers.insert(request.headers.begin(), {"Host", "localhost:8000"});
  switch (choice % 24) {  // the attacker, or a broken client
    case 0:
      request.method = pick({"PUT", "HEAD", "OPTIONS", "get", "DELETE"}, choice >> 5);
      break;
    case 1:
      if (!request.headers.empty())
        request.headers.erase(request.headers.begin() + place_in(request.headers, choice >> 5));
      break;
    case 2:
      if (!request.body.empty()) request.body[(choice >> 5) % request.body.size()] ^= 1;
      break;
    case 3:
      request.body = request.body.substr(0, request.body.size() / 2);
      break;
    case 4:
      request.headers.push_back(request.headers[(choice >> 5) % request.headers.size()]);
      break;
    case 5:
      request.target += pick({"&a=%zz", "?resource=x", "#x", "%00", "&state=2"}, choice >> 5);
      break;
    default:
      break;
  }
  const Answer answer = world_.run(endpoint_, request);
  ++statuses_[answer.reply.status];
  return answer.reply;
}

Reply Walk::post_form(const std::string& path, Fields fields, std::uint32_t choice) {
  std::string cookies;
  if (!browser_.empty()) cookies += "postern_browser=" + browser_;
  if (!login_.empty()) cookies += (cookies.empty() ? "" : "; ") + ("postern_login=" + login_);
  wire::Headers headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  if (path == "/authorize" && !cookies.empty()) headers.push_back({"Cookie", cookies});
  return send({"POST", path, std::move(headers), wire::form_encode(fields)}, choice);
}

void Walk::register_client(std::uint32_t choice) {
  if (choice % 3 == 1) {
    client_ = pick({open_document, signed_document, signed_document, "https://app.example/gone.json",
                    "https://127.0.0.1/client.json", "https://app.example/../open.json"},
                   choice >> 2);
    return;
  }
  Json metadata = {{"client_name", "walker"}, {"redirect_uris", {redirect}}, {"token_endpoint_auth_method", "none"}};
  if (choice % 5 == 0) metadata["redirect_uris"] = {pick({"javascript:alert(1)", "http://evil.example/", ""}, choice)};
  const Reply reply =
      send({"POST", "/register", {{"Content-Type", "application/json"}}, wire::dump_json(metadata)}, choice);
  keep(client_, string_of(reply.body, "client_id"));
}

void Walk::open_authorize(std::uint32_t choice) {
  verifier_ = std::string(43, static_cast<char>('a' + choice % 26));
  Fields fields = {{"response_type", "code"},
                   {"client_id", client_},
                   {"redirect_uri", redirect},
                   {"state", "s"},
                   {"scope", pick({"user notes:write", "user", "", "unknown"}, choice >> 3)},
                   {"resource", "http://localhost:8000/mcp"},
                   {"code_challenge", wire::base64url(crypto::sha256(verifier_))},
                   {"code_challenge_method", "S256"}};
  if (choice % 7 == 0) fields.erase(fields.begin() + place_in(fields, choice >> 4));
  if (choice % 11 == 0) fields.push_back(fields[(choice >> 4) % fields.size()]);
  HttpRequest request{"GET", "/authorize?" + wire::form_encode(fields), {}, ""};
  if (!browser_.empty())
    request.headers.push_back({"Cookie", "postern_browser=" + browser_ + "; postern_login=" + login_});
  const Reply page = send(std::move(request), choice);
  for (const wire::Header& header : page.headers) {
    if (header.name == "Set-Cookie") keep(browser_, between(header.value, "postern_browser=", ';'));
  }
  flow_ = between(page.body, "name=\"flow\" value=\"", '"');
}

void Walk::submit_page(std::uint32_t choice) {
  const Reply reply = post_form("/authorize",
                                {{"flow", flow_},
                                 {"username", choice % 9 == 0 ? "nobody" : "ada"},
                                 {"password", choice % 8 == 0 ? "wrong password" : "right password"},
                                 {"action", pick({"login", "allow", "login", "allow", "deny", "switch"}, choice)}},
                                choice >> 3);
  for (const wire::Header& header : reply.headers) {
    if (header.name == "Set-Cookie") keep(login_, between(header.value, "postern_login=", ';'));
  }
  keep(code_, between(header_of(reply, "Location") + "&", "code=", '&'));
  keep(flow_, between(reply.body, "name=\"flow\" value=\"", '"'));
}

void Walk::redeem(std::uint32_t choice) {
  const Reply reply =
      post_form("/token",
                signed_by_client({{"grant_type", "authorization_code"},
                                  {"code", code_},
                                  {"client_id", choice % 13 == 0 ? "another" : client_},
                                  {"redirect_uri", redirect},
                                  {"code_verifier", choice % 6 == 0 ? std::string(43, 'x') : verifier_}},
                                 choice >> 4),
                choice >> 2);
  if (reply.status == 200) ++successes_;
  keep(access_, string_of(reply.body, "access_token"));
  keep(refresh_, string_of(reply.body, "refresh_token"));
}

void Walk::refresh(std::uint32_t choice) {
  const std::string& token = choice % 4 == 0 && !old_refresh_.empty() ? old_refresh_ : refresh_;
  const Reply reply =
      post_form("/token",
                signed_by_client({{"grant_type", "refresh_token"},
                                  {"refresh_token", token},
                                  {"client_id", client_},
                                  {"scope", pick({"", "", "user", "notes:write unknown"}, choice >> 4)}},
                                 choice >> 6),
                choice >> 2);
  if (reply.status != 200) return;
  ++successes_;
  old_refresh_ = refresh_;
  keep(access_, string_of(reply.body, "access_token"));
  keep(refresh_, string_of(reply.body, "refresh_token"));
}

void Walk::end_or_inspect(std::uint32_t choice) {
  const std::string& token = choice % 2 == 0 ? access_ : refresh_;
  post_form(choice % 3 == 0 ? "/revoke" : "/introspect",
            signed_by_client({{"token", token}, {"client_id", client_}}, choice >> 4), choice >> 2);
}

void Walk::call_modern(std::uint32_t choice) {
  const char* const tool = pick({"whoami", "write_note", "list_notes", "read_note", "delete_note", "nothing"}, choice);
  Json arguments = Json::object();
  if (choice % 6 == 1) arguments = {{"title", "t"}, {"text", "x"}};
  if (choice % 6 == 3 || choice % 6 == 4) arguments = {{"id", note_}};
  const Json body = {{"jsonrpc", "2.0"},
                     {"id", 1},
                     {"method", "tools/call"},
                     {"params",
                      {{"name", tool},
                       {"arguments", arguments},
                       {"_meta",
                        {{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
                         {"io.modelcontextprotocol/clientCapabilities", Json::object()}}}}}};
  const Reply reply = send({"POST",
                            "/mcp",
                            {{"Authorization", "Bearer " + access_},
                             {"Content-Type", "application/json"},
                             {"Accept", "application/json, text/event-stream"},
                             {"MCP-Protocol-Version", "2026-07-28"},
                             {"Mcp-Method", "tools/call"},
                             {"Mcp-Name", tool}},
                            wire::dump_json(body)},
                           choice >> 3);
  if (reply.status == 200) ++successes_;
  keep(note_, between(reply.body, "note://", '"'));
}

void Walk::call_legacy(std::uint32_t choice) {
  const char* const method = pick({"initialize", "tools/list", "tools/call", "ping", "resources/list",
                                   "resources/subscribe", "logging/setLevel", "nothing"},
                                  choice);
  Json params = Json::object();
  if (choice % 8 == 0)
    params = {{"protocolVersion", "2025-11-25"},
              {"capabilities", Json::object()},
              {"clientInfo", {{"name", "w"}, {"version", "1"}}}};
  if (choice % 8 == 2) params = {{"name", "write_note"}, {"arguments", {{"title", "t"}, {"text", "x"}}}};
  if (choice % 8 == 5) params = {{"uri", "note://" + note_}};
  if (choice % 8 == 6) params = {{"level", "debug"}};
  HttpRequest request{choice % 10 == 9    ? "GET"
                      : choice % 31 == 30 ? "DELETE"
                                          : "POST",
                      "/mcp",
                      {{"Authorization", "Bearer " + access_},
                       {"Content-Type", "application/json"},
                       {"Accept", "application/json, text/event-stream"}},
                      wire::dump_json({{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", params}})};
  if (choice % 8 != 0 && !session_.empty()) request.headers.push_back({"Mcp-Session-Id", session_});
  if (choice % 20 == 19) request.target = "/sse";
  if (choice % 3 == 2 && request.method == "POST" && !messages_.empty()) request.target = messages_;
  const Reply reply = send(std::move(request), choice >> 3);
  if (reply.status == 200 || reply.status == 202) ++successes_;
  keep(session_, header_of(reply, "Mcp-Session-Id"));
  keep(messages_, between(reply.body, "event: endpoint\ndata: ", '\n'));
}

void Walk::read_public(std::uint32_t choice) {
  send({"GET",
        pick({"/.well-known/oauth-authorization-server", "/.well-known/oauth-protected-resource/mcp", "/", "/nothing",
              "/healthz", "/authorize"},
             choice),
        {},
        ""},
       choice >> 3);
}

}  // namespace postern::test
