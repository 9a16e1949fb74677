// The vocabulary as JSON: what crosses the WebAssembly boundary, what a trace shows, what a recorded pair of request and
// facts is saved as.
//
//   request   {"method":"GET","target":"/healthz","headers":[["Host","localhost:8000"]],"body":""}
//   facts     {"now":1700000000,"entropy":<base64>,"answers":[[<need>,<fact>],...]}
//   need      {"need":"load","key":"client/..."}           also scan, verify_password, hash_password, sleep, run_tool,
//             fetch, claim
//   fact      {"fact":"loaded","record":{"bytes":<base64>,"version":"17"}}     or "record":null
//             also scanned, password_verified, password_hashed, slept, tool_ran, unavailable, fetched,
//             claimed
//   outcome   {"needs":[<need>,...],"events":[],"event_headers":[]}
//             {"answer":{"reply":..,"commit":..,"topics":[..],"audit":[..]},"events":[],"event_headers":[]}
//
// Members have the names of the structs' members; every member is there, and one that is empty by its type is null.
// Text is a string; bytes that no JSON string of ours can hold (not UTF-8, or with a NUL) are {"base64":"..."} in its
// place. The bytes of records and the entropy are always base64. A version is decimal text: a JavaScript number would
// round it. Unknown members are passed over.
//
// A password or a credential inside a need is printed: the host that performs the need has to have it. Whoever keeps a
// trace has to keep it as a secret.
#pragma once

#include "core/base/json.hpp"
#include "core/base/result.hpp"
#include "core/flow/facts.hpp"
#include "core/flow/outcome.hpp"
#include "core/wire/malformed.hpp"

namespace postern::codec {

Json print(const HttpRequest& request);
Json print(const Facts& facts);
Json print(const Needs& needs);  ///< An array.
Json print(const Outcome& outcome);
Json print(const Stream& stream);
Json print(const Topic& topic);

/// Each gives back what was printed. Error: the place of the first member that is missing or of another shape.
Result<HttpRequest, wire::Malformed> read_request(const Json& from);
Result<Facts, wire::Malformed> read_facts(const Json& from);
Result<Outcome, wire::Malformed> read_outcome(const Json& from);
Result<Stream, wire::Malformed> read_stream(const Json& from);
Result<Topic, wire::Malformed> read_topic(const Json& from);

}  // namespace postern::codec
