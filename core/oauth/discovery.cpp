#include "core/oauth/discovery.hpp"

#include "core/wire/json.hpp"
#include "core/wire/uri.hpp"

namespace postern::oauth {

std::vector<std::string> metadata_urls(const std::string& issuer) {
  const auto uri = wire::Uri::parse(issuer);
  if (!uri) return {};
  std::string path = uri->path;
  if (path.ends_with('/')) path.pop_back();
  std::vector<std::string> urls = {uri->origin() + "/.well-known/oauth-authorization-server" + path,
                                   uri->origin() + "/.well-known/openid-configuration" + path};
  if (!path.empty()) urls.push_back(uri->origin() + path + "/.well-known/openid-configuration");
  return urls;
}

std::string endpoint_in(const Json& document, std::string_view name, const std::string& issuer) {
  const std::string* text = wire::string_member(document, name);
  const auto uri = text == nullptr ? Result<wire::Uri, wire::Malformed>(wire::Malformed{}) : wire::Uri::parse(*text);
  const auto own = wire::Uri::parse(issuer);
  if (!uri || !own || uri->userinfo || uri->fragment) return {};
  const bool loopback_like_its_issuer = uri->scheme == "http" && uri->is_loopback() && own->scheme == "http";
  return uri->scheme == "https" || loopback_like_its_issuer ? *text : std::string();
}

Reach reach_from(const std::string& issuer, const std::string& url) {
  const auto uri = wire::Uri::parse(url);
  const auto own = wire::Uri::parse(issuer);
  return uri && own && uri->host == own->host ? Reach::configured : Reach::stranger;
}

}  // namespace postern::oauth
