// Every struct of the vocabulary lists its members once; printing and reading both follow the list.
//
// A visitor has `field(name, member)`, and `bytes(name, member)` for strings that are base64 whatever they hold.
#pragma once

#include <array>
#include <concepts>
#include <string_view>
#include <type_traits>

#include "core/flow/facts.hpp"
#include "core/flow/outcome.hpp"

namespace postern::codec {

template <class Self, class T>
concept Is = std::same_as<std::remove_const_t<Self>, T>;

template <class V, Is<HttpRequest> Self>
void fields(V& visit, Self& self) {
  visit.field("method", self.method);
  visit.field("target", self.target);
  visit.field("headers", self.headers);
  visit.field("body", self.body);
}

template <class V, Is<Principal> Self>
void fields(V& visit, Self& self) {
  visit.field("subject", self.subject);
  visit.field("user_name", self.user_name);
  visit.field("client", self.client);
  visit.field("grant", self.grant);
  visit.field("scopes", self.scopes);
  visit.field("expires", self.expires);
}

// Needs.

template <class V, Is<Load> Self>
void fields(V& visit, Self& self) {
  visit.field("key", self.key);
}

template <class V, Is<Scan> Self>
void fields(V& visit, Self& self) {
  visit.field("prefix", self.prefix);
  visit.field("limit", self.limit);
}

template <class V, Is<VerifyPassword> Self>
void fields(V& visit, Self& self) {
  visit.field("phc", self.phc);
  visit.field("password", self.password);
}

template <class V, Is<HashPassword> Self>
void fields(V& visit, Self& self) {
  visit.field("password", self.password);
}

template <class V, Is<Sleep> Self>
void fields(V& visit, Self& self) {
  visit.field("milliseconds", self.milliseconds);
  visit.field("step", self.step);
}

template <class V, Is<RunTool> Self>
void fields(V& visit, Self& self) {
  visit.field("name", self.name);
  visit.field("arguments", self.arguments);
  visit.field("principal", self.principal);
}

template <class V, Is<Fetch> Self>
void fields(V& visit, Self& self) {
  visit.field("method", self.method);
  visit.field("url", self.url);
  visit.field("headers", self.headers);
  visit.field("body", self.body);
  visit.field("reach", self.reach);
  visit.field("most_bytes", self.most_bytes);
  visit.field("milliseconds", self.milliseconds);
  visit.field("step", self.step);
}

template <class V, Is<Claim> Self>
void fields(V& visit, Self& self) {
  visit.field("key", self.key);
}

// Facts.

template <class V, Is<StoredRecord> Self>
void fields(V& visit, Self& self) {
  visit.bytes("bytes", self.bytes);
  visit.field("version", self.version);
}

template <class V, Is<ScannedRecord> Self>
void fields(V& visit, Self& self) {
  visit.field("key", self.key);
  visit.field("record", self.record);
}

template <class V, Is<Loaded> Self>
void fields(V& visit, Self& self) {
  visit.field("record", self.record);
}

template <class V, Is<Scanned> Self>
void fields(V& visit, Self& self) {
  visit.field("records", self.records);
}

template <class V, Is<PasswordVerified> Self>
void fields(V& visit, Self& self) {
  visit.field("matches", self.matches);
}

template <class V, Is<PasswordHashed> Self>
void fields(V& visit, Self& self) {
  visit.field("phc", self.phc);
}

template <class V, Is<Slept> Self>
void fields(V&, Self&) {}

template <class V, Is<ToolRan> Self>
void fields(V& visit, Self& self) {
  visit.field("result", self.result);
}

template <class V, Is<Unavailable> Self>
void fields(V&, Self&) {}

template <class V, Is<Fetched> Self>
void fields(V& visit, Self& self) {
  visit.field("status", self.status);
  visit.field("headers", self.headers);
  visit.field("body", self.body);
  visit.field("problem", self.problem);
}

template <class V, Is<Claimed> Self>
void fields(V&, Self&) {}

// Answers.

template <class V, Is<Stream> Self>
void fields(V& visit, Self& self) {
  visit.field("era", self.era);
  visit.field("subject", self.subject);
  visit.field("grant", self.grant);
  visit.field("expires", self.expires);
  visit.field("session", self.session);
  visit.field("token", self.token);
  visit.field("owns_session", self.owns_session);
  visit.field("subscription_id", self.subscription_id);
  visit.field("tools_changed", self.tools_changed);
  visit.field("prompts_changed", self.prompts_changed);
  visit.field("resources_changed", self.resources_changed);
  visit.field("resources", self.resources);
}

template <class V, Is<Reply> Self>
void fields(V& visit, Self& self) {
  visit.field("status", self.status);
  visit.field("headers", self.headers);
  visit.field("body", self.body);
  visit.field("stream", self.stream);
}

template <class V, Is<Expect> Self>
void fields(V& visit, Self& self) {
  visit.field("key", self.key);
  visit.field("version", self.version);
}

template <class V, Is<Put> Self>
void fields(V& visit, Self& self) {
  visit.field("key", self.key);
  visit.bytes("bytes", self.bytes);
  visit.field("expires_at", self.expires_at);
}

template <class V, Is<Commit> Self>
void fields(V& visit, Self& self) {
  visit.field("expects", self.expects);
  visit.field("puts", self.puts);
  visit.field("deletes", self.deletes);
  visit.field("durability", self.durability);
}

template <class V, Is<Topic> Self>
void fields(V& visit, Self& self) {
  visit.field("kind", self.kind);
  visit.field("subject", self.subject);
  visit.field("name", self.name);
  visit.field("frames", self.frames);
}

template <class V, Is<AuditEvent> Self>
void fields(V& visit, Self& self) {
  visit.field("what", self.what);
  visit.field("outcome", self.outcome);
  visit.field("client", self.client);
  visit.field("subject", self.subject);
  visit.field("detail", self.detail);
}

template <class V, Is<Answer> Self>
void fields(V& visit, Self& self) {
  visit.field("reply", self.reply);
  visit.field("commit", self.commit);
  visit.field("topics", self.topics);
  visit.field("audit", self.audit);
}

template <class T>
concept Listed = requires(T& value, struct Nobody& visit) {
  fields(visit, value);
};

// Words: the alternatives of variants, in the order of their types, and the values of enumerations, in theirs.

template <class T>
struct Words;

template <>
struct Words<Need> {
  static constexpr std::string_view tag = "need";
  static constexpr std::array<std::string_view, 8> all = {"load",  "scan",     "verify_password", "hash_password",
                                                          "sleep", "run_tool", "fetch",           "claim"};
};
static_assert(Words<Need>::all.size() == std::variant_size_v<Need>);

template <>
struct Words<Fact> {
  static constexpr std::string_view tag = "fact";
  static constexpr std::array<std::string_view, 9> all = {"loaded",          "scanned", "password_verified",
                                                          "password_hashed", "slept",   "tool_ran",
                                                          "unavailable",     "fetched", "claimed"};
};
static_assert(Words<Fact>::all.size() == std::variant_size_v<Fact>);

template <>
struct Words<Topic::Kind> {
  static constexpr std::array<std::string_view, 8> all = {"tools_changed",    "prompts_changed", "resources_changed",
                                                          "resource_updated", "session_changed", "session_ended",
                                                          "session_message",  "grant_ended"};
};
static_assert(Words<Topic::Kind>::all.size() == static_cast<std::size_t>(Topic::Kind::grant_ended) + 1);

template <>
struct Words<Reach> {
  static constexpr std::array<std::string_view, 2> all = {"configured", "stranger"};
};

template <>
struct Words<FetchProblem> {
  static constexpr std::array<std::string_view, 6> all = {"none",      "refused",  "unreachable",
                                                          "untrusted", "too_slow", "too_large"};
};

template <>
struct Words<Stream::Era> {
  static constexpr std::array<std::string_view, 2> all = {"legacy", "modern"};
};

template <>
struct Words<Durability> {
  static constexpr std::array<std::string_view, 2> all = {"relaxed", "credential"};
};

}  // namespace postern::codec
