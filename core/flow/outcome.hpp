// What an evaluation comes to: needs, or an answer.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/flow/commit.hpp"
#include "core/flow/need.hpp"
#include "core/flow/topic.hpp"
#include "core/wire/http.hpp"

namespace postern {

struct HttpRequest {
  std::string method;  ///< As it came: `GET`.
  std::string target;  ///< Origin form, not decoded: `/authorize?client_id=...`
  wire::Headers headers;
  std::string body;
  bool operator==(const HttpRequest&) const = default;
};

struct Reply {
  int status = 200;
  wire::Headers headers;
  std::string body;
  std::optional<Stream> stream;  ///< Set: after the body the connection stays open for this stream's news.
  bool operator==(const Reply&) const = default;
};

/// One decision, told exactly, for the log of the operator. Holds no secret.
struct AuditEvent {
  std::string what;     ///< `token.refresh`
  std::string outcome;  ///< `ok`, or the exact refusal: `refresh_replayed`
  std::string client;
  std::string subject;
  std::string detail;  ///< Expected and received.
  bool operator==(const AuditEvent&) const = default;
};

struct Needs {
  std::vector<Need> list;
  bool operator==(const Needs&) const = default;
};

struct Answer {
  Reply reply;
  Commit commit;
  std::vector<Topic> topics;  ///< Published after the commit has held.
  std::vector<AuditEvent> audit;
  bool operator==(const Answer&) const = default;
};

struct Outcome {
  std::variant<Needs, Answer> step;

  /// Event-stream frames for the client, to be sent while the request is still being worked on. A later evaluation of
  /// the same request gives the same frames first: the host sends those that are new. Once one has been sent the reply
  /// is 200 with `event_headers`, and the answer's body is the last thing on that stream.
  std::vector<std::string> events;
  wire::Headers event_headers;

  Outcome(Needs needs) : step(std::move(needs)) {}                      // NOLINT(google-explicit-constructor)
  Outcome(Answer answer) : step(std::move(answer)) {}                   // NOLINT(google-explicit-constructor)
  Outcome(Reply reply) : step(Answer{std::move(reply), {}, {}, {}}) {}  // NOLINT(google-explicit-constructor)

  const Needs* needs() const { return std::get_if<Needs>(&step); }
  const Answer* answer() const { return std::get_if<Answer>(&step); }
  Answer* answer() { return std::get_if<Answer>(&step); }
  bool operator==(const Outcome&) const = default;
};

}  // namespace postern
