// Third parties who know the user. How to read this: mutants.mjs.
import { collect } from "./collect.mjs";

export const mutants = [];
const obligation = collect(mutants);

obligation("Third party's callback", [
  { removes: "its provider", file: "core/oauth/provider_callback.cpp",
    find: "!pending || pending->provider != provider.id", replace: "!pending",
    tests: "ProviderTest.TheStateIsGoodOnceInItsBrowserAndInTime" },
  { removes: "its browser", file: "core/oauth/provider_callback.cpp",
    find: "!browser || browser->hash() != pending->browser", replace: "false",
    tests: "ProviderTest.TheStateIsGoodOnceInItsBrowserAndInTime" },
  { removes: "the one use of its state", file: "core/oauth/provider_callback.cpp", is_statement: true,
    find: "if (pending->used) return Refused{Refusal::already_redeemed};", replace: "",
    tests: "ProviderTest.TheStateIsGoodOnceInItsBrowserAndInTime" },
  { removes: "its time", file: "core/oauth/provider_callback.cpp", is_statement: true,
    find: "if (now >= pending->expires) return Refused{Refusal::expired_flow};", replace: "",
    tests: "ProviderTest.TheStateIsGoodOnceInItsBrowserAndInTime" },
  { removes: "the claim: two redeem one code there", file: "core/oauth/provider_callback.cpp", is_statement: true,
    find: "ask(Claim{callback.pending.key()});", replace: "",
    tests: "ProviderTest.TwoCallbacksAtOnceAreOneLogin" },
  { removes: "the refusal of a parameter that comes twice", file: "core/oauth/provider_callback.cpp",
    find: "!parameters || parameters->repeated()", replace: "!parameters",
    tests: "ProviderTest.TheStateIsGoodOnceInItsBrowserAndInTime" },
  { removes: "the issuer of the answer", file: "core/oauth/provider_callback.cpp",
    find: "issuer != endpoints.issuer", replace: "false",
    tests: "ProviderTest.TheIssuerOfAResponseIsCompared" },
  { removes: "the fixed text of errors", file: "core/oauth/provider_callback.cpp",
    find: "{refused.why, {}, refused.client}",
    written: '{refused.why, ON ? std::string(callback.parameters.get("error_description")) : std::string(), refused.client}',
    tests: "ProviderTest.ErrorsOfTheProviderComeBackAsFixedText" },
]);

obligation("Third party's consent", [
  { removes: "our consent page before it", file: "core/oauth/authorize.cpp",
    find: "ask_for_provider_consent(authority, browser_of(authority, request, facts), *checked, flow.query, *client,\n                                  *provider, facts)",
    replace: "begin_account_login(authority, browser_of(authority, request, facts), *provider, facts)",
    tests: "ProviderTest.OurConsentComesAlwaysWhoeverIsLoggedIn" },
  { removes: "the decision: a denial goes on", file: "core/oauth/provider_login.cpp",
    find: 'action == "deny"', replace: "false", tests: "ProviderTest.DenyingGoesBackToTheClient" },
]);

obligation("Third party's identity", [
  { removes: "the nonce", file: "core/oauth/identity.cpp", is_statement: true,
    find: "expected.nonce = std::string(nonce);", replace: "", tests: "ProviderTest.IdTokensThatAreNotBelieved" },
  { removes: "the audience of an ID token", file: "core/oauth/jwt_claims.cpp",
    find: "!names_one_of(claims, expected.audiences)", replace: "false", tests: "ProviderTest.IdTokensThatAreNotBelieved" },
  { removes: "the authorized party", file: "core/oauth/identity.cpp", is_statement: true,
    find: "expected.party = endpoints.provider.client_id;", replace: "", tests: "ProviderTest.IdTokensThatAreNotBelieved" },
  { removes: "the signature", file: "core/oauth/jwt_claims.cpp", is_statement: true,
    find: "return JwtFault::bad_signature;", replace: "break;", tests: "Jwt.*" },
  { removes: "the issuer in discovery", file: "core/oauth/provider_endpoints.cpp",
    find: "issuer == nullptr || !is_issuer(provider, *issuer)", replace: "issuer == nullptr",
    tests: "ProviderTest.AnotherIssuerIsNotBelieved" },
  { removes: "the user of the userinfo", file: "core/oauth/identity.cpp",
    find: '!info || word(*info, "sub") != subject', replace: "!info",
    tests: "ProviderTest.UserinfoOfAnotherUserIsNotUsed" },
  { removes: "a verified address", file: "core/oauth/identity.cpp",
    find: "!is_true(wire::member(claims, provider.email_verified_claim))", replace: "false",
    tests: "ProviderTest.WhoMayComeInByAddressAndGroup" },
  { removes: "the list of logins", file: "core/oauth/identity.cpp",
    find: "is_login_allowed(provider, claims)", replace: "true",
    tests: "ProviderTest.WhoMayComeIn" },
  { removes: "the list of groups", file: "core/oauth/identity.cpp",
    find: "is_group_allowed(provider, claims)", replace: "true",
    tests: "ProviderTest.WhoMayComeInByAddressAndGroup" },
  { removes: "the list of organisations", file: "core/oauth/identity.cpp", is_statement: true,
    find: 'if (!member) return Refused{Refusal::user_not_allowed, "the user is in none of the organisations"};', replace: "(void)member;",
    tests: "ProviderTest.WhoMayComeIn" },
]);

obligation("Third party's tokens", [
  { removes: "their seal", file: "core/oauth/upstream.cpp",
    find: "authority.upstream.seal(store::encode(tokens), facts.draw(label))", replace: "store::encode(tokens)",
    tests: "ProviderTest.GithubFromBeginToEnd" },
  { removes: "the end of ours with theirs", file: "core/oauth/upstream_check.cpp",
    find: "fetched->status == 401", replace: "false", tests: "ProviderTest.WhatIsGoneThereEndsHere" },
  { removes: "the look at whose they are", file: "core/oauth/upstream_check.cpp",
    find: "identity->subject == subject.grant->subject", replace: "true",
    tests: "ProviderTest.AnotherUserBehindTheTokenEndsIt" },
  { removes: "the time after which it is asked again", file: "core/oauth/upstream_check.cpp",
    find: "ask.facts().now() < grant->check_due", replace: "true",
    tests: "ProviderTest.TheProviderIsAskedAgainAfterASetTime" },
  { removes: "the place that a tool's path may lead to", file: "core/oauth/provider_call.cpp",
    find: "!uri || !base || uri->origin() != base->origin() || uri->userinfo || uri->fragment", replace: "!uri || !base",
    tests: "ProviderTest.AToolAsksWithTheTokenAndOnlyThere" },
]);
