#include "core/server/shapes.hpp"

#include "core/wire/http.hpp"
#include "core/wire/uri.hpp"

namespace postern {
namespace {

/// What is written down is the authority of this URL and nothing else of it. A `*` is a character like others to RFC 3986; who
/// writes it down means many hosts, and would silently get none.
bool is_authority_of(const wire::Uri& uri) {
  return uri.path == "/" && !uri.userinfo && !uri.query && !uri.fragment && uri.host.find('*') == std::string::npos;
}

}  // namespace

bool is_host_and_port(std::string_view text) {
  const auto uri = wire::Uri::parse("http://" + std::string(text) + '/');
  if (!uri || !is_authority_of(*uri)) return false;
  const std::string port = uri->port ? ':' + std::to_string(*uri->port) : "";
  return wire::lower_case(text) == uri->host + port;
}

bool is_host(std::string_view text) {
  const auto uri = wire::Uri::parse("https://" + std::string(text) + '/');
  return uri && is_authority_of(*uri) && uri->host == wire::lower_case(text);
}

bool is_web_origin(std::string_view text) {
  if (text == "null" || text == "file://") return true;
  const auto uri = wire::Uri::parse(text);
  return uri && !uri->host.empty() && uri->host.find('*') == std::string::npos &&
         (uri->path.empty() || uri->path == "/") && !uri->query && !uri->fragment && !uri->userinfo;
}

std::optional<std::string> public_url_fault(std::string_view url) {
  const auto uri = wire::Uri::parse(url);
  if (!uri || uri->host.empty()) return "expected https://host, https://host:port or https://host/path";
  if (uri->scheme != "https" && uri->scheme != "http") return "expected https or http";
  if (uri->scheme == "http" && !uri->is_loopback()) {
    return "http is for loopback only (localhost, 127.0.0.1, [::1]); expected https";
  }
  if (uri->userinfo || uri->query || uri->fragment) return "expected no user, query or fragment";
  if (wire::has_dot_segment(uri->path)) return "expected no '.' or '..' in its path";
  if (url.back() == '/' && uri->path != "/") return "expected no slash at the end of its path";
  return std::nullopt;
}

}  // namespace postern
