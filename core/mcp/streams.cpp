#include "core/mcp/streams.hpp"

#include <algorithm>
#include <string_view>

#include "core/mcp/json_rpc.hpp"
#include "core/mcp/meta.hpp"
#include "core/mcp/notifications.hpp"

namespace postern {
namespace {

bool concerns(const Stream& stream, const Topic& topic);
StreamStep notification(const Stream& stream, std::string_view method, std::string members = {});
StreamStep end(const Stream& stream);
std::string tag(const Stream& stream);

}  // namespace

StreamStep tell(const Stream& stream, const Topic& topic) {
  switch (topic.kind) {
    case Topic::Kind::tools_changed:
      if (!stream.tools_changed || !concerns(stream, topic)) break;
      return notification(stream, "notifications/tools/list_changed");
    case Topic::Kind::prompts_changed:
      if (!stream.prompts_changed || !concerns(stream, topic)) break;
      return notification(stream, "notifications/prompts/list_changed");
    case Topic::Kind::resources_changed:
      if (!stream.resources_changed || !concerns(stream, topic)) break;
      return notification(stream, "notifications/resources/list_changed");
    case Topic::Kind::resource_updated:
      if (!concerns(stream, topic)) break;
      if (std::find(stream.resources.begin(), stream.resources.end(), topic.name) == stream.resources.end()) break;
      return notification(stream, "notifications/resources/updated", R"("uri":)" + mcp::json_string(topic.name));
    case Topic::Kind::session_changed:
      break;  // the host reads the session again: `refreshed`
    case Topic::Kind::session_ended:
      if (!stream.session.empty() && stream.session == topic.name) return end(stream);
      break;
    case Topic::Kind::session_message:
      // Responses hold what their user may read: the session alone does not decide.
      if (stream.session.empty() || stream.session != topic.name || stream.subject != topic.subject) break;
      return {topic.frames, false};
    case Topic::Kind::grant_ended:
      if (!stream.grant.empty() && stream.grant == topic.name) return end(stream);
      break;
  }
  return {};
}

std::optional<Stream> mcp::refreshed(const Stream& stream, const store::Session* session) {
  if (stream.session.empty()) return stream;
  if (session == nullptr || session->subject != stream.subject) return std::nullopt;
  Stream next = stream;
  next.resources = session->subscriptions;
  return next;
}

namespace {

/// News of one user never reaches another: two users may well have the same URI.
bool concerns(const Stream& stream, const Topic& topic) {
  return topic.subject.empty() || topic.subject == stream.subject;
}

StreamStep notification(const Stream& stream, std::string_view method, std::string members) {
  if (stream.era == Stream::Era::modern) members = tag(stream) + (members.empty() ? "" : ",") + members;
  std::string bytes(stream.owns_session ? mcp::message_type : "");
  return {bytes.append(mcp::frame(mcp::notification_text(method, members))), false};
}

/// A modern stream is a request that is still open: its result tells the client that the end was meant
/// (basic/patterns/subscriptions, "Graceful Closure").
StreamStep end(const Stream& stream) {
  if (stream.era == Stream::Era::legacy) return {"", true};
  return {mcp::frame(mcp::result_text(stream.subscription_id, R"("resultType":"complete",)" + tag(stream))), true};
}

std::string tag(const Stream& stream) {
  std::string text = R"("_meta":{")";
  return text.append(mcp::meta_key::subscription_id).append(R"(":)").append(stream.subscription_id).append("}");
}

}  // namespace
}  // namespace postern
