#include "core/server/boundary.hpp"

#include <algorithm>

#include "core/wire/json.hpp"
#include "core/wire/uri.hpp"

namespace postern::server {
namespace {

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// A name that no page can make its own: it always means the machine that the browser runs on.
bool is_loopback_host(std::string_view host) {
  const std::string_view rest = host.substr(0, host.rfind(':'));
  for (std::string_view name :
       {std::string_view("localhost"), std::string_view("127.0.0.1"), std::string_view("[::1]")}) {
    if (host != name && rest != name) continue;
    const std::string_view port = host.size() > name.size() ? host.substr(name.size() + 1) : "";
    return port.size() <= 5 && std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
  }
  return false;
}

bool host_is_ours(const Deployment& deployment, const wire::Headers& headers) {
  const std::string host = wire::lower_case(wire::trim_ows(*wire::find_header(headers, "Host")));
  if (is_loopback_host(host) || contains(deployment.allowed_hosts, host)) return true;
  // The default port may be written out.
  const std::string_view default_port = deployment.authority.secure ? ":443" : ":80";
  return host.ends_with(default_port) &&
         contains(deployment.allowed_hosts, std::string_view(host).substr(0, host.size() - default_port.size()));
}

std::size_t size_of(const wire::Headers& headers) {
  std::size_t size = 0;
  for (const wire::Header& header : headers) size += header.name.size() + header.value.size() + 4;
  return size;
}

constexpr std::string_view usual_headers =
    "Authorization, Content-Type, Accept, MCP-Protocol-Version, Mcp-Session-Id, Mcp-Method, Mcp-Name, Last-Event-ID";

// `*` does not cover Authorization, and the names of Mcp-Param-* are not known here: so what was asked for, if it is a
// list of names.
std::string_view allowed_headers(const HttpRequest& request) {
  const std::string* asked = wire::find_header(request.headers, "Access-Control-Request-Headers");
  if (asked == nullptr || asked->empty() || asked->size() > 2048) return usual_headers;
  const bool names = std::all_of(asked->begin(), asked->end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == ',' || c == ' ';
  });
  return names ? std::string_view(*asked) : usual_headers;
}

}  // namespace

std::variant<wire::Target, Reply> pass_boundary(const Deployment& deployment, const HttpRequest& request) {
  const Limits& limits = deployment.limits;
  if (request.target.size() > limits.target) {
    return json_error(414, "invalid_request", "The URI is longer than " + std::to_string(limits.target) + " bytes.");
  }
  if (size_of(request.headers) > limits.header_bytes) {
    return json_error(431, "invalid_request",
                      "The header is larger than " + std::to_string(limits.header_bytes) + " bytes.");
  }
  if (request.body.size() > limits.body) {
    return json_error(413, "invalid_request", "The body is larger than " + std::to_string(limits.body) + " bytes.");
  }
  if (wire::count_header(request.headers, "Host") != 1) {  // RFC 9112 s. 3.2
    return json_error(400, "invalid_request", "Expected one Host field.");
  }
  if (!host_is_ours(deployment, request.headers)) {
    return json_error(403, "invalid_request", "This server is not known by the name in the Host field.");
  }
  // RFC 9110 s. 15.5.16: what is packed is told so, and how it would be read; unpacking for strangers is how a small body
  // becomes a large one.
  const std::string encoding = wire::joined_header(request.headers, "Content-Encoding");
  if (!encoding.empty() && wire::lower_case(wire::trim_ows(encoding)) != "identity") {
    Reply reply = json_error(415, "invalid_request", "Expected no Content-Encoding: bodies are read as they are.");
    reply.headers.push_back({"Accept-Encoding", "identity"});
    return reply;
  }
  auto target = wire::parse_target(request.target);
  if (!target) return json_error(400, "invalid_request", "The request's target: " + target.error().what);
  return std::move(target).value();
}

std::optional<Reply> refuse_origin(const Deployment& deployment, const HttpRequest& request) {
  const std::size_t count = wire::count_header(request.headers, "Origin");
  if (count == 0) return std::nullopt;
  const std::string& origin = *wire::find_header(request.headers, "Origin");
  if (count == 1) {
    if (contains(deployment.allowed_origins, origin)) return std::nullopt;
    const auto uri = wire::Uri::parse(origin);  // "null" is none: it has to be allowed by name
    if (uri && uri->is_loopback() && (uri->scheme == "http" || uri->scheme == "https") && uri->origin() == origin) {
      return std::nullopt;
    }
  }
  return json_error(403, "invalid_request", "Requests from this Origin are not served.");
}

void allow_cross_origin(Reply& reply) {
  reply.headers.push_back({"Access-Control-Allow-Origin", "*"});
  reply.headers.push_back({"Access-Control-Expose-Headers", "WWW-Authenticate, Mcp-Session-Id"});
}

Reply preflight(const Deployment& deployment, const HttpRequest& request) {
  Reply reply{204,
              {{"Access-Control-Allow-Methods", "GET, HEAD, POST, DELETE, OPTIONS"},
               {"Access-Control-Allow-Headers", std::string(allowed_headers(request))},
               {"Access-Control-Max-Age", "86400"},
               {"Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Private-Network"}},
              "",
              std::nullopt};
  // Private Network Access: a page of the public network asks whether it may reach a server on this computer or network.
  // Any page may read the metadata, so CORS says yes to all; this is said to origins that we know and to no others.
  const std::string* asked = wire::find_header(request.headers, "Access-Control-Request-Private-Network");
  const bool is_known = wire::find_header(request.headers, "Origin") != nullptr && !refuse_origin(deployment, request);
  if (asked != nullptr && *asked == "true" && is_known) {
    reply.headers.push_back({"Access-Control-Allow-Private-Network", "true"});
  }
  allow_cross_origin(reply);
  return reply;
}

Reply json_error(int status, std::string_view error, std::string_view description) {
  Json body = {{"error", error}, {"error_description", description}};
  return Reply{status,
               {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
               wire::dump_json(body),
               std::nullopt};
}

}  // namespace postern::server
