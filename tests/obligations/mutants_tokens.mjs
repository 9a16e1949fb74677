// Codes, tokens, grants, and the clients that hold them. How to read this: mutants.mjs.
import { collect } from "./collect.mjs";

export const mutants = [];
const obligation = collect(mutants);

obligation("Audience", [
  { removes: "the audience of an access token", file: "core/oauth/bearer.cpp",
    find: "token->audience != authority.resource", replace: "false",
    tests: "BearerTest.ATokenEndsWithItsTimeItsGrantAndItsAudience" },
  { removes: "the resource at /authorize", file: "core/oauth/authorization_request.cpp", is_statement: true,
    find: "if (auto refused = check_resource(authority, query, authority.resource)) return refused;", replace: "",
    tests: "AuthorizeTest.ErrorsGoToTheClientWithStateAndIssuer" },
  { removes: "the resource of a code", file: "core/oauth/redeem.cpp", is_statement: true,
    find: "if (auto refused = check_resource(request.authority, request.form, code->resource)) return refused;", replace: "",
    tests: "TokenTest.WhatIsRefusedCostsTheHonestPartyNothing" },
  { removes: "the resource of a refresh token", file: "core/oauth/refresh.cpp", is_statement: true,
    find: "if (auto refused = check_resource(request.authority, request.form, read.grant->resource)) return refused;", replace: "",
    tests: "RefreshTest.WhatIsNotTheClientsCostsItNothing" },
  { removes: "the audience in introspection", file: "core/oauth/introspect.cpp",
    find: "held.access->audience == authority.resource", replace: "true",
    tests: "EndsTest.ATokenForAnotherAudienceIsNotActive" },
]);

obligation("Access token", [
  { removes: "its end", file: "core/oauth/bearer.cpp", find: "ask.facts().now() >= token->expires", replace: "false",
    tests: "BearerTest.ATokenEndsWithItsTimeItsGrantAndItsAudience" },
  { removes: "the look at its grant", file: "core/oauth/bearer.cpp",
    find: "!grant || !lives(*grant, ask.facts().now()) || grant->subject != token->subject ||\n      grant->client != token->client",
    replace: "false", tests: "BearerTest.AGrantThatIsGoneOrSomebodyElsesGivesNothing" },
  { removes: "the end of revoked grants", file: "core/oauth/grant.cpp", is_statement: true,
    find: "return GrantState::revoked;", replace: "return GrantState::active;",
    tests: "EndsTest.AStreamWhoseGrantHasEndedIsClosed" },
  { removes: "the end of grants in time", file: "core/oauth/grant.cpp",
    find: "now < grant.expires ? GrantState::active : GrantState::expired", replace: "GrantState::active",
    tests: "EndsTest.AGrantWhoseTimeIsUp" },
  { removes: "the header: one in the query string is taken", file: "core/oauth/bearer.cpp", is_statement: true,
    find: "if (field == nullptr) return {no_token(authority, request)};",
    replace: `if (field == nullptr) {
      const auto target = wire::parse_target(request.target);
      const auto form = wire::Form::parse(target ? std::string_view(target->query) : std::string_view());
      if (!form || form->find("access_token") == nullptr) return {no_token(authority, request)};
      HttpRequest moved = request;
      moved.headers.push_back({"Authorization", "Bearer " + *form->find("access_token")});
      return admit(authority, moved, ask);
    }`, tests: "BearerTest.ATokenInTheQueryIsNotRead" },
  { removes: "the refusal of two Authorization fields", file: "core/oauth/bearer.cpp",
    find: 'wire::count_header(request.headers, "Authorization") != 1', replace: "false",
    tests: "BearerTest.AuthorizationFieldsThatAreNotOneBearerToken" },
  { removes: "the end of open streams with their grant", file: "core/server/evaluate.cpp",
    find: "!stream.grant.empty() && !(grant && oauth::lives(*grant, facts.now()))", replace: "false",
    tests: "EndsTest.AStreamWhoseGrantHasEndedIsClosed" },
  { removes: "the end of open streams at once", file: "core/mcp/streams.cpp", is_statement: true,
    find: "if (!stream.grant.empty() && stream.grant == topic.name) return end(stream);", replace: "",
    tests: "Tell.EndsWithTheGrantAndWithTheSession" },
]);

obligation("Code", [
  { removes: "its client", file: "core/oauth/redeem.cpp", find: "code->client != id", replace: "false",
    tests: "TokenTest.WhatIsRefusedCostsTheHonestPartyNothing" },
  { removes: "its end", file: "core/oauth/redeem.cpp", find: "facts.now() >= code->expires", replace: "false",
    tests: "TokenTest.ACodeExpires" },
  { removes: "its one use", file: "core/oauth/redeem.cpp", find: "!code->redeemed_by.empty()", replace: "false",
    tests: "TokenTest.AReplayedCodeRevokesWhatItGave" },
  { removes: "the end of what a replayed code gave", file: "core/oauth/redeem.cpp",
    find: "return replayed(request, ask, *code);", is_statement: true,
    replace: "return refuse_json(what, {Refusal::code_replayed, {}, request.client.id, code->subject});",
    tests: "TokenTest.AReplayedCodeRevokesWhatItGave" },
  { removes: "the care for a code that a wrong client shows: it burns", file: "core/oauth/redeem.cpp", is_statement: true,
    find: "if (auto refused = check_bindings(request, code)) return refuse_json(what, *refused);",
    replace: `if (auto refused = check_bindings(request, code)) {
      Answer answer = refuse_json(what, *refused);
      if (code) store::erase(answer.commit, code);
      return answer;
    }`, tests: "TokenTest.WhatIsRefusedCostsTheHonestPartyNothing" },
  { removes: "the guard: the code as read", file: "core/oauth/redeem.cpp", is_statement: true,
    find: "store::replace(commit, code, redeemed, redeemed.expires + lifetimes.flow);",
    replace: "commit.puts.push_back(Put{code.key(), store::encode(redeemed), redeemed.expires + lifetimes.flow});",
    tests: "TokenTest.OfTwoRedemptionsInParallelOneSucceeds" },
  { removes: "the guard: the user as read", file: "core/oauth/redeem.cpp", is_statement: true,
    find: "store::require(commit, user);", replace: "", tests: "TokenTest.AUserRemovedMeanwhileGetsNoGrant" },
  { removes: "the same user still behind the name", file: "core/oauth/redeem.cpp",
    find: "user->subject == code->subject", replace: "true",
    tests: "NobodyTest.ACodeOfAUserWhoseNameIsAnothersNowGivesNothing" },
  { removes: "the time in which a code used up is remembered", file: "core/oauth/codes.cpp",
    find: "given.expires + lifetimes.flow", replace: "given.expires", tests: "TokenTest.ACodeExpires" },
  { removes: "the hash of a stored code: in the store it stands plain", file: "core/oauth/codes.cpp",
    find: "wire::base64url(crypto::sha256(code_of(authority, flow_id)))", replace: "code_of(authority, flow_id)",
    tests: "BearerTest.ATokenInTheQueryIsNotRead" },
]);

obligation("Refresh token", [
  { removes: "replay: an old one gives the current one", file: "core/oauth/grant.cpp", is_statement: true,
    find: "return GrantEvent::refresh_replayed;", replace: "return GrantEvent::refresh_previous;",
    tests: "RefreshTest.AfterTheGraceItIsAReplayAndEndsTheGrant" },
  { removes: "the end of the grant at a replay", file: "core/oauth/refresh.cpp", is_statement: true,
    find: "if (*next == GrantState::revoked) return replayed(request, read, ask);",
    replace: "if (*next == GrantState::revoked) return refuse_json(what, {Refusal::refresh_replayed, {}, request.client.id, read.grant->subject});",
    tests: "RefreshTest.AfterTheGraceItIsAReplayAndEndsTheGrant" },
  { removes: "the end of the grace", file: "core/oauth/grant.cpp", find: "now < grant.previous_until", replace: "true",
    tests: "RefreshTest.AfterTheGraceItIsAReplayAndEndsTheGrant" },
  { removes: "the grace", file: "core/oauth/grant.cpp", find: "now < grant.previous_until", replace: "false",
    tests: "RefreshTest.EachRotationGivesANewOneAndTheGraceGivesTheSameAgain" },
  { removes: "rotation", file: "core/oauth/refresh.cpp", is_statement: true,
    find: "grant.generation += 1;", replace: "",
    tests: "RefreshTest.EachRotationGivesANewOneAndTheGraceGivesTheSameAgain" },
  { removes: "its client", file: "core/oauth/refresh.cpp", find: "read.grant->client != id", replace: "false",
    tests: "RefreshTest.WhatIsNotTheClientsCostsItNothing" },
  { removes: "the bound of its scopes", file: "core/oauth/refresh.cpp",
    find: "request.authority.scopes.allows(grant.scopes, *wanted)", replace: "true",
    tests: "RefreshTest.ScopesNarrowAndNeverWiden" },
  { removes: "the guard: the grant as read", file: "core/oauth/refresh.cpp", is_statement: true,
    find: `store::replace(commit, read.grant, grant, grant.expires);
  if (read.upstream) {
    store::replace(commit, read.upstream, read.check.renewed ? *read.check.renewed : *read.upstream, grant.expires);
  }
  store::replace(commit, read.listed, store::GrantOf{grant.created}, grant.expires);`,
    replace: "commit.puts.push_back(Put{read.grant.key(), store::encode(grant), grant.expires});",
    tests: "RefreshTest.ManyInParallelLeaveOneLiveLine" },
  { removes: "the guard of a token given again", file: "core/oauth/refresh.cpp", is_statement: true,
    find: "store::require(commit, read.grant);", replace: "",
    tests: "RefreshTest.ARevocationBetweenReadingAndAnsweringIsSeenInTheGraceToo" },
]);

obligation("Grants are separate", [
  { removes: "a grant of its own for each code", file: "core/oauth/redeem.cpp",
    find: 'wire::identifier(facts.draw("grant").substr(0, 16))', replace: "code->subject",
    tests: "RefreshTest.EndingOneGrantTouchesNoOtherDevice" },
]);

obligation("Client authentication", [
  { removes: "the client's secret", file: "core/oauth/client_auth.cpp",
    find: "Secret::same_bytes(crypto::sha256(presented.expose_for(Reason::hashing)), hash)", replace: "true",
    tests: "TokenTest.ClientsProveThemselvesByTheirSecretInOnePlace" },
  { removes: "the registered method", file: "core/oauth/client_auth.cpp",
    find: "has_secret ? !is_by_secret(credentials.method) : credentials.method != client->auth_method", replace: "false",
    tests: "TokenTest.WhatIsRefusedCostsTheHonestPartyNothing:ClientAssertionTest.IsTheWayThatTheClientRegistered" },
  { removes: "the refusal of two ways at once", file: "core/oauth/client_auth.cpp",
    find: '!form.get("client_secret").empty() || has_assertion(form)', replace: "false",
    tests: "TokenTest.ClientsProveThemselvesByTheirSecretInOnePlace" },
  { removes: "the refusal of two Authorization fields", file: "core/oauth/client_auth.cpp",
    find: "fields > 1", replace: "false",
    tests: "RequestsTest.WithTwoAuthorizationFieldsAreRefusedAtTheTokenEndpoint" },
  { removes: "the refusal of two client ids", file: "core/oauth/client_auth.cpp",
    find: '!form.get("client_id").empty() && form.get("client_id") != basic->id', replace: "false",
    tests: "TokenTest.ClientsProveThemselvesByTheirSecretInOnePlace" },
  { removes: "the client at the redemption of a code", file: "core/oauth/redeem.cpp", is_statement: true,
    find: "if (auto refused = check_client(request.client, client)) return refuse_json(what, *refused);", replace: "",
    tests: "TokenTest.ClientsProveThemselvesByTheirSecretInOnePlace" },
  { removes: "the client at a refresh", file: "core/oauth/refresh.cpp", is_statement: true,
    find: "if (auto refused = check_client(request.client, read.client)) return refuse_json(what, *refused);",
    replace: "",
    tests: "RefreshTest.WhatIsNotTheClientsCostsItNothing" },
  { removes: "401 for an unknown client, by which clients heal themselves", file: "core/oauth/refusal.cpp",
    find: '{"unknown_client", {401,', written: '{"unknown_client", {ON ? 400 : 401,',
    tests: "TokenTest.WhatIsRefusedCostsTheHonestPartyNothing" },
  { removes: "the hash of a stored secret", file: "core/oauth/registration.cpp",
    find: "crypto::sha256(secret.expose_for(Reason::hashing))",
    replace: "std::string(secret.expose_for(Reason::hashing))",
    tests: "RegistrationTest.AConfidentialClientGetsASecretThatTheStoreDoesNotKnow" },
]);

obligation("Revocation", [
  { removes: "the token's owner", file: "core/oauth/revoke.cpp",
    find: "held.grant->client != credentials.id", replace: "false",
    tests: "RevokeTest.OnlyItsOwnClientCanAndUnknownTokensAreFine" },
  { removes: "the client", file: "core/oauth/revoke.cpp", is_statement: true,
    find: "if (auto refused = check_client(credentials, client)) return refuse_json(what, *refused);", replace: "",
    tests: "RevokeTest.OnlyItsOwnClientCanAndUnknownTokensAreFine" },
  { removes: "the news for open streams", file: "core/oauth/revoke.cpp", is_statement: true,
    find: "answer.topics.push_back({Topic::Kind::grant_ended, held.grant->subject, held.grant_id()});", replace: "",
    tests: "RevokeTest.EitherTokenEndsTheGrantAndTellsIt" },
]);

obligation("Introspection", [
  { removes: "the proof of who asks", file: "core/oauth/introspect.cpp",
    find: 'caller->method == "none"', replace: "false",
    tests: "IntrospectTest.AResourceServerSeesAllAndOthersNothing" },
  { removes: "a resource server's secret", file: "core/oauth/introspect.cpp",
    find: "!is_secret(caller.secret, server->secret_hash)", replace: "false",
    tests: "IntrospectTest.AResourceServerSeesAllAndOthersNothing" },
  { removes: "the owner, when a client asks", file: "core/oauth/introspect.cpp",
    find: "held.known() && held.grant->client == caller.id", replace: "held.known()",
    tests: "IntrospectTest.AResourceServerSeesAllAndOthersNothing" },
  { removes: "the end of a token", file: "core/oauth/introspect.cpp",
    find: "now < held.access->expires", replace: "true",
    tests: "IntrospectTest.AResourceServerSeesAllAndOthersNothing" },
  { removes: "the end of a grant", file: "core/oauth/introspect.cpp",
    find: "!held.known() || !lives(*held.grant, now)", replace: "!held.known()",
    tests: "EndsTest.AGrantWhoseTimeIsUp" },
]);

obligation("Registration", [
  { removes: "the bound of redirect URIs", file: "core/oauth/client_metadata.cpp",
    find: "count > most_redirect_uris", replace: "false",
    tests: "RegistrationTest.LoopbackUrisThatDifferInThePortCountOnce" },
  { removes: "the bound of what is listed", file: "core/oauth/client_metadata.cpp",
    find: "list->size() > max_listed", replace: "false",
    tests: "RegistrationTest.WhatIsRefusedNamesWhatWasExpected" },
  { removes: "the bound of what is kept", file: "core/oauth/client_metadata.cpp",
    find: "spare == 0", replace: "false", tests: "RegistrationTest.LoopbackUrisThatDifferInThePortCountOnce" },
  { removes: "the bound of one", file: "core/oauth/client_metadata.cpp",
    find: "text.size() > longest_uri", replace: "false", tests: "RegistrationTest.WhatIsRefusedNamesWhatWasExpected" },
  { removes: "the cutting of names", file: "core/oauth/client_metadata.cpp",
    find: "cut(metadata.name, longest_name)", replace: "metadata.name", tests: "RequestsTest.RegisterNamesThatAreCut" },
  { removes: "the one row of one client", file: "core/oauth/registration.cpp",
    find: "public_client_id(metadata)", replace: 'wire::base64url(facts.draw("another"))',
    tests: "RegistrationTest.TheSamePublicClientComesToTheSameRowWhateverItsPort" },
  { removes: "the end of registrations that nobody uses", file: "core/oauth/registration.cpp",
    find: "store::create(commit, known.key(), client, client.expires);", is_statement: true,
    replace: "store::create(commit, known.key(), client);",
    tests: "RequestsTest.RegisterClientsThatGoWhenNobodyUsesThem" },
  { removes: "the end of confidential registrations that nobody uses", file: "core/oauth/registration.cpp",
    find: "store::create(commit, store::Client::key(id), client, client.expires);", is_statement: true,
    replace: "store::create(commit, store::Client::key(id), client);",
    tests: "RequestsTest.RegisterClientsThatGoWhenNobodyUsesThem" },
  { removes: "the scheme of client_uri", file: "core/oauth/client_metadata.cpp",
    find: '!uri || (uri->scheme != "https" && uri->scheme != "http")', replace: "!uri",
    tests: "RegistrationTest.WhatIsRefusedNamesWhatWasExpected" },
]);
