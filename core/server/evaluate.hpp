// The whole server: one pure function.
#pragma once

#include "core/flow/facts.hpp"
#include "core/flow/outcome.hpp"
#include "core/flow/principal.hpp"
#include "core/flow/upstream.hpp"
#include "core/mcp/streams.hpp"
#include "core/server/deployment.hpp"

namespace postern {

/// Needs, or the answer to this request. The same input gives the same outcome; no clock, no chance, no I/O inside.
/// The host performs the needs, teaches the facts their answers, and evaluates again; then it commits, and replies only
/// after the commit has held. A lost commit means: forget the facts, start again.
Outcome evaluate(const Deployment& deployment, const HttpRequest& request, const Facts& facts);

/// A request of a tool that the host runs to the API of the identity provider that `principal` logged in with: an
/// evaluation of its own, beside that of the call. It knows the claims of the call's, and what was done for it (a refresh
/// token that the gate has used is good once). The reply is what came from there, with one field more, the first:
/// `upstream_outcome`, which has the word for the kind and the provider's id. Where that is not `answered`, the body is the
/// problem.
/// A reply without the field is the host's own: the store is in trouble.
Outcome fetch_as_user(const Deployment& deployment, const Principal& principal, const UpstreamRequest& request,
                      const Facts& facts);
inline constexpr std::string_view upstream_outcome = "Postern-Upstream";

// What an open stream says to a topic: `tell`, core/mcp/streams.hpp.

/// The longest that a stream may go on after the end of what it stands on (grant, session, token of an authorization server
/// elsewhere), wherever that was ended, in seconds. Where it is ended in the process that holds the stream, the stream hears
/// of it at once.
inline constexpr int stream_outlives = 15;
/// So often it is looked at, in seconds: what is left of the time above is for the looking.
inline constexpr int stream_check_every = 10;

/// A stream is looked at when it has been opened, on `session_changed` and every `stream_check_every` seconds: does its
/// grant live, does its session? Asks for records like an evaluation. `step` is then the stream to go on with, or its end.
struct StreamCheck {
  std::variant<Needs, Stream, std::monostate> step;  ///< monostate: close it.
};
StreamCheck check(const Deployment& deployment, const Stream& stream, const Facts& facts);

/// A stream has ended, whoever ended it: what there is to write then. Of the answer only the commit counts.
Outcome closed(const Stream& stream, const Facts& facts);

}  // namespace postern
