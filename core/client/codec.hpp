// A client's values as JSON: what crosses the WebAssembly boundary, and what a host may keep a state as.
//
//   config  {"server_url":"https://mcp.example.com/mcp","revision":"2025-11-25","redirect_uri":"http://localhost:3334/",
//            "client_name":"Example","client_uri":"","client_document":"","credentials":[<credentials>,...],
//            "egress_exceptions":["mcp.lan:8443"]}
//           credentials: {"issuer","client_id","client_secret","auth_method":"none"}
//           server_url, revision and redirect_uri have to be there; the rest is empty where it is missing.
//   state   null at the beginning; else what the last step gave, not to be changed:
//           {"phase":"waiting","server":{..}|null,"registration":{..}|null,"tokens":{..}|null,"flow":{..}|null,
//            "asked":"notes:read user","generations":0,"attempts":1,"step_ups":0,"why":null|"pkce_not_offered"}
//             server        {"issuer","authorization_endpoint","token_endpoint","registration_endpoint","resource",
//                            "tells_issuer","reads_documents","offers_none","offers_basic","offers_post",
//                            "offline_access"}
//             registration  {"issuer","client_id","client_secret","auth_method","origin":"dynamic","redirect_uri",
//                            "expires":null}
//             tokens        {"issuer","access","refresh","expires":1700003600,"scopes":"user","generation":1}
//             flow          {"state","verifier","scopes","started"}
//   event   {"event":"send","url":"https://mcp.example.com/mcp"}
//           {"event":"answered","status":401,"headers":[["WWW-Authenticate","Bearer .."]],"generation":0}
//           {"event":"called_back","url":"http://localhost:3334/?code=..&state=..&iss=.."}
//           {"event":"gave_up"}   {"event":"signed_out"}
//   facts   as in core/flow/codec.hpp
//   step    {"phase":"discovering","path":[<rule>,...],"needs":[<need>,...]}         needs: fetch alone
//           {"phase":"waiting","path":[..],"state":<state>,"action":<action>}
//             rule    {"phase":"unauthorized","event":"challenged","next":"discovering","clause":"RFC 9728 s. 5.1"}
//             action  {"action":"send_request","headers":[["Authorization","Bearer .."]],"generation":1}
//                     {"action":"proceed"}
//                     {"action":"open_browser","url":"https://as.example.com/authorize?.."}
//                     {"action":"await_user"}
//                     {"action":"authorized","scopes":"notes:read user"}
//                     {"action":"failed","why":"issuer_differs","clause":"RFC 8414 s. 3.3","detail":"expected ..",
//                      "sentence":"The authorization server is not who it says it is."}
//
// The phases are unauthorized, discovering, registering, waiting, exchanging, authorized, refreshing, stepping_up,
// widening, failed (core/client/machine.hpp); the reasons are those of core/client/refusal.hpp.
//
// A state holds tokens, the verifier and the client's secret, printed: whoever keeps it has to keep it as a secret.
#pragma once

#include "core/base/json.hpp"
#include "core/base/result.hpp"
#include "core/client/advance.hpp"
#include "core/wire/malformed.hpp"

namespace postern::client {

Json print(const ClientState& state);
Json print(const ClientStep& step);

/// Error: the first member that is missing or of another shape; of a state also a phase that nobody rests in.
Result<ClientConfig, wire::Malformed> read_config(const Json& from);
Result<ClientState, wire::Malformed> read_state(const Json& from);
Result<ClientEvent, wire::Malformed> read_event(const Json& from);

}  // namespace postern::client
