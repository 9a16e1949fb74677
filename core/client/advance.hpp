// The client's side of MCP authorization as one evaluation.
//
//   ClientStep advance(config, state, event, facts);
//
// An event happens to the client (it wants to send, a server answered, the browser came back), and the step is either
// needs, each of them one `Fetch`, to be performed and answered in the facts as a server's host does it; or the next
// state with the one thing to do now. All HTTP is needs, save the MCP requests themselves: these may be streams, so the
// host sends them, with the headers that a step gives, and reports the status.
//
//   send ------> send_request(headers) ------> the host sends ------> answered
//   answered --> proceed | authorized: send it again | open_browser(url) | await_user | failed
//   called_back -> authorized: send it again | failed
//
// One event at a time: the next one goes with the state that this one came to. The same input gives the same step.
// Eight rounds are enough: the longest way asks a refresh, one document about the resource in two places, one about its
// server in three, and a registration.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/client/machine.hpp"
#include "core/client/refusal.hpp"
#include "core/client/state.hpp"
#include "core/flow/egress.hpp"
#include "core/flow/facts.hpp"
#include "core/flow/outcome.hpp"
#include "core/mcp/version.hpp"
#include "core/wire/http.hpp"

namespace postern::client {

/// Credentials that a person got from an authorization server: for that one only.
struct Credentials {
  std::string issuer;  ///< As the server's metadata spell it, byte for byte.
  std::string client_id;
  Secret client_secret;  ///< Empty with AuthMethod::none.
  AuthMethod auth_method = AuthMethod::none;
  bool operator==(const Credentials&) const = default;
};

/// What a person decided. The server's revision decides how authorization is discovered: up to 2025-03-26 the server is
/// its own authorization server, at the root of its host; from 2025-06-18 on its metadata name one.
struct ClientConfig {
  std::string server_url;  ///< The MCP endpoint.
  mcp::Version revision = mcp::Version::v2025_11_25;
  std::string redirect_uri;     ///< Where the browser comes back to: https, loopback, or a scheme of one's own.
  std::string client_name;      ///< For consent pages.
  std::string client_uri;       ///< Empty: none.
  std::string client_document;  ///< An https URL that is our client_id where the server reads documents. Empty: none.
  std::vector<Credentials> credentials;  ///< If there are any, nothing else is tried.
  EgressPolicy egress;
};

// What happens to a client.

/// The host wants to send an MCP request to this URL.
struct Send {
  std::string url;
  bool operator==(const Send&) const = default;
};

/// The server answered an MCP request. Of the headers WWW-Authenticate is read.
struct Answered {
  int status = 0;
  wire::Headers headers;
  std::int64_t generation = 0;  ///< As it was in the SendRequest.
  bool operator==(const Answered&) const = default;
};

/// The browser came to the redirect URI: the whole URL.
struct CalledBack {
  std::string url;
  bool operator==(const CalledBack&) const = default;
};

/// The user closed the browser, or the host waits no longer.
struct GaveUp {
  bool operator==(const GaveUp&) const = default;
};

/// The tokens are to be forgotten. Who the client is to its authorization server stays.
struct SignedOut {
  bool operator==(const SignedOut&) const = default;
};

using ClientEvent = std::variant<Send, Answered, CalledBack, GaveUp, SignedOut>;

// What is to be done.

/// Send the MCP request with these headers beside its own. To another origin than the server's no token goes.
struct SendRequest {
  wire::Headers headers;
  std::int64_t generation = 0;  ///< Of the token; 0: none goes.
  bool operator==(const SendRequest&) const = default;
};

/// Nothing: what was answered is no matter of authorization.
struct Proceed {
  bool operator==(const Proceed&) const = default;
};

/// Let the user's browser open this URL: absolute, https or http to loopback, of RFC 3986's characters alone. Hand it
/// to the browser as one argument, never to a shell.
struct OpenBrowser {
  std::string url;
  bool operator==(const OpenBrowser&) const = default;
};

/// The browser is open already: what was refused can be sent again when it has come back.
struct AwaitUser {
  bool operator==(const AwaitUser&) const = default;
};

/// There are new tokens: send what was waiting.
struct Authorized {
  ScopeSet scopes;
  bool operator==(const Authorized&) const = default;
};

struct Failed {
  ClientRefusal why;
  std::string detail;  ///< Expected and received, in our words. No secret, and of a server's text judged URLs alone.
  bool operator==(const Failed&) const = default;
};

using Action = std::variant<SendRequest, Proceed, OpenBrowser, AwaitUser, Authorized, Failed>;

/// The state to keep from now on, and what to do.
struct Advanced {
  ClientState state;
  Action action;
  bool operator==(const Advanced&) const = default;
};

struct ClientStep {
  std::variant<Needs, Advanced> step;
  std::vector<Rule> path;  ///< The rules that were followed since the event.
  Phase phase;             ///< Where they led; a passing one with needs.

  const Needs* needs() const { return std::get_if<Needs>(&step); }
  const Advanced* advanced() const { return std::get_if<Advanced>(&step); }
  bool operator==(const ClientStep&) const = default;
};

ClientStep advance(const ClientConfig& config, const ClientState& state, const ClientEvent& event, const Facts& facts);

}  // namespace postern::client
