// The client's side. How to read this: mutants.mjs.
import { collect } from "./collect.mjs";

export const mutants = [];
const obligation = collect(mutants);

const lies = "DiscoveryTest.DocumentsThatAreNotAsTheyHaveToBeAreRefused";

obligation("Opened URLs", [
  { removes: "the judging of a server's endpoints", file: "core/client/server_metadata.cpp", is_statement: true,
    find: `if (auto unsafe = judge(config, *url)) return Failed{unsafe->why, std::string(name) + ": " + unsafe->detail};`,
    replace: "", tests: lies },
]);

obligation("Client's reach", [
  { removes: "the judging of what is fetched", file: "core/client/exchange.cpp", is_statement: true,
    find: "if (auto unsafe = judge(config, fetch.url)) return *unsafe;", replace: "",
    tests: "DiscoveryTest.AChallengeLeadsToNoPlaceOfOurs" },
  { removes: "the distance between a server far away and this machine", file: "core/client/exchange.cpp",
    find: "uri->is_loopback() && server->is_loopback()", replace: "uri->is_loopback()", tests: lies },
  { removes: "the refusal of redirects", file: "core/client/exchange.cpp",
    find: "fetched.status >= 300 && fetched.status < 400", replace: "false",
    tests: "DiscoveryTest.AnswersThatAreNoDocumentAreRefused" },
  { removes: "the size of an answer", file: "core/client/exchange.cpp",
    find: "fetched.body.size() > most_bytes", replace: "false",
    tests: "DiscoveryTest.AnswersThatAreNoDocumentAreRefused" },
]);

obligation("Client's PKCE and resource", [
  { removes: "the look for S256", file: "core/client/server_metadata.cpp",
    find: `!lists(wire::array_member(*document, "code_challenge_methods_supported"), "S256")`, replace: "false", tests: lies },
  { removes: "the comparison of the resource", file: "core/client/discovery.cpp",
    find: "!is_ours(config, *identifier, at_root)", replace: "false", tests: lies },
  { removes: "the root's document for the root alone", file: "core/client/discovery.cpp",
    find: "at_root && root && wire::same_resource(*said, *root)",
    replace: "root && wire::same_resource(*said, *root)", tests: lies },
]);

obligation("Issuer", [
  { removes: "the comparison of the metadata's issuer", file: "core/client/server_metadata.cpp",
    find: "std::find(issuers.begin(), issuers.end(), *issuer) == issuers.end()", replace: "false", tests: lies },
  { removes: "the comparison of iss", file: "core/client/authorization.cpp",
    find: "*issuer == server.issuer", replace: "true",
    tests: "AuthorizationTest.AResponseThatIsWrongEndsTheFlowAndSendsNothing" },
  { removes: "the demand for iss", file: "core/client/authorization.cpp", find: "!server.tells_issuer", replace: "true",
    tests: "AuthorizationTest.AResponseThatIsWrongEndsTheFlowAndSendsNothing" },
  { removes: "the issuer of credentials", file: "core/client/registration.cpp",
    find: "own.issuer != server.issuer", replace: "false", tests: "RegistrationByClientTest.CredentialsAreForTheirIssuerAlone" },
  { removes: "the issuer of a registration", file: "core/client/registration.cpp",
    find: "kept.issuer == server.issuer", replace: "true",
    tests: "RegistrationByClientTest.IsKeptForItsIssuerItsRedirectAndItsTime" },
  { removes: "the issuer of a refresh token", file: "core/client/advance.cpp",
    find: "state.server->issuer == state.tokens->issuer", replace: "true",
    tests: "ClientTokenTest.ARefreshTokenGoesToWhoGaveItAlone" },
]);

obligation("State", [
  { removes: "the comparison of the state", file: "core/client/authorization.cpp",
    find: "!Secret::same_bytes(state, flow.state.expose_for(Reason::performing))", replace: "false",
    tests: "AuthorizationTest.WhatIsNotTheResponseToOurRequestEndsNothing" },
  { removes: "the end of a flow in time", file: "core/client/authorization.cpp",
    find: "now >= flow.started + flow_lifetime", replace: "false", tests: "AuthorizationTest.AFlowEndsAfterTenMinutes" },
  { removes: "the refusal of repeated parameters", file: "core/client/authorization.cpp",
    find: "!form || form->repeated()", replace: "!form",
    tests: "AuthorizationTest.WhatIsNotTheResponseToOurRequestEndsNothing" },
  { removes: "the one use", file: "core/client/advance.cpp", is_statement: true,
    find: "state.flow.reset();  // One use.", replace: "", tests: "AuthorizationTest.AStateIsUsedOnce" },
]);

obligation("Origin", [
  { removes: "the look at the origin", file: "core/client/advance.cpp",
    find: "to->origin() != server->origin()", replace: "false", tests: "ClientTokenTest.ATokenGoesToItsOriginAlone" },
]);

obligation("Client's words", [
  { removes: "the words of ours for an error", file: "core/client/authorization.cpp",
    find: `found == known.end() ? "an error that OAuth does not know" : *found`, replace: "error",
    tests: "AuthorizationTest.AResponseThatIsWrongEndsTheFlowAndSendsNothing" },
]);
