#include "host-native/config/options.hpp"

#include <array>
#include <charconv>

#include "core/base/nearest.hpp"
#include "core/server/shapes.hpp"
#include "core/wire/http.hpp"
#include "core/wire/ip_address.hpp"
#include "core/wire/text.hpp"

namespace postern::config {
namespace {

using Problem = std::optional<std::string>;

constexpr std::int64_t longest_life = 10LL * 365 * 86400;

std::optional<std::int64_t> parse_number(std::string_view text, std::int64_t least, std::int64_t most) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < least || number > most) return std::nullopt;
  return number;
}

template <Seconds oauth::Lifetimes::*life, std::int64_t least, std::int64_t most>
Problem set_life(Options& options, const std::string& value) {
  const auto seconds = parse_number(value, least, most);
  if (!seconds) return "seconds from " + std::to_string(least) + " to " + std::to_string(most);
  options.lifetimes.*life = Seconds{*seconds};
  return std::nullopt;
}

Problem set_listen(Options& options, const std::string& value) {
  const std::string expected = "host:port, such as 127.0.0.1:8000 or [::1]:8000";
  const std::size_t colon = value.rfind(':');
  if (colon == std::string::npos || colon == 0) return expected;
  std::string host = value.substr(0, colon);
  const auto port = parse_number(std::string_view(value).substr(colon + 1), 0, 65535);
  if (!port) return expected;
  if (host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string::npos) {
    return expected;
  }
  if (host.empty() || host.find_first_of("/[] ") != std::string::npos) return expected;
  options.listen_host = host;
  options.listen_port = static_cast<int>(*port);
  return std::nullopt;
}

Problem set_store(Options& options, const std::string& value) {
  if (value != "sqlite" && value != "memory") return "sqlite or memory";
  options.memory_store = value == "memory";
  return std::nullopt;
}

Problem set_transport(Options& options, const std::string& value) {
  constexpr std::array transports = {std::pair{"all", Transports::all},
                                     std::pair{"streamable-http", Transports::streamable_http},
                                     std::pair{"sse", Transports::sse}};
  for (const auto& [name, transport] : transports) {
    if (value != name) continue;
    options.transports = transport;
    return std::nullopt;
  }
  return "sse, streamable-http or all";
}

Problem set_log_level(Options& options, const std::string& value) {
  constexpr std::array levels = {std::pair{"debug", Log::Level::debug}, std::pair{"info", Log::Level::info},
                                 std::pair{"warning", Log::Level::warning}, std::pair{"error", Log::Level::error},
                                 std::pair{"off", Log::Level::off}};
  for (const auto& [name, level] : levels) {
    if (value != name) continue;
    options.log_level = level;
    return std::nullopt;
  }
  return "debug, info, warning, error or off";
}

Problem set_log_format(Options& options, const std::string& value) {
  if (value != "text" && value != "json") return "text or json";
  options.log_format = value == "json" ? Log::Format::json : Log::Format::text;
  return std::nullopt;
}

template <bool Options::*flag>
Problem set_flag(Options& options, const std::string& value) {
  const std::string word = wire::lower_case(value);
  const bool on = word == "true" || word == "1" || word == "yes" || word == "on";
  if (!on && word != "false" && word != "0" && word != "no" && word != "off") return "true or false";
  options.*flag = on;
  return std::nullopt;
}

Problem set_name(Options& options, const std::string& value) {
  if (value.empty() || value.size() > 200 || !wire::is_field_value(value) || !wire::valid_utf8(value)) {
    return "a name of 1 to 200 bytes without control characters";
  }
  options.name = value;
  return std::nullopt;
}

template <std::filesystem::path Options::*path>
Problem set_path(Options& options, const std::string& value) {
  if (value.empty() || value.find('\0') != std::string::npos) return "a path";
  options.*path = value;
  return std::nullopt;
}

Problem set_public_url(Options& options, const std::string& value) {
  if (const auto fault = public_url_fault(value)) {
    return "a URL of this server, such as https://mcp.example.com or http://localhost:8000 (" + *fault + ")";
  }
  options.public_url = value;
  return std::nullopt;
}

Problem set_audit(Options& options, const std::string& value) {
  if (value.empty() || value.find('\0') != std::string::npos) return "a file, or - for standard output";
  options.audit = value;
  return std::nullopt;
}

// The deployment knows which ones are declared.
Problem set_default_scopes(Options& options, const std::string& value) {
  const auto scopes = ScopeSet::parse(value);
  if (!scopes || scopes->empty()) return "scope tokens with spaces between them";
  options.default_scopes = *scopes;
  return std::nullopt;
}

template <std::vector<std::string> Options::*list>
Problem add_host_and_port(Options& options, const std::string& value) {
  if (!is_host_and_port(value)) return "host or host:port without scheme and path, such as mcp.internal:8443";
  (options.*list).push_back(value);
  return std::nullopt;
}

Problem add_client_host(Options& options, const std::string& value) {
  if (!is_host(value)) return "a host without scheme, port and path, such as app.example.com";
  options.client_hosts.push_back(value);
  return std::nullopt;
}

Problem add_origin(Options& options, const std::string& value) {
  if (!is_web_origin(value)) return "scheme://host, scheme://host:port or null, such as https://app.example.com";
  options.allowed_origins.push_back(value);
  return std::nullopt;
}

using oauth::Lifetimes;

}  // namespace

const std::vector<OptionSpec>& option_table() {
  static const std::vector<OptionSpec> table = {
      {"listen", Kind::value, "HOST:PORT", "Where to listen; port 0 takes a free one", "127.0.0.1:8000", set_listen},
      {"public-url", Kind::value, "URL", "Where clients reach this server; default http://localhost:<port>", "",
       set_public_url},
      {"data", Kind::value, "FOLDER", "Keys and records", "./postern-data", set_path<&Options::data>},
      {"store", Kind::value, "sqlite|memory", "Where records are kept; memory forgets them at the end", "sqlite",
       set_store},
      {"transport", Kind::value, "WHICH", "What MCP is spoken over: sse, streamable-http or all", "all", set_transport},
      {"default-scopes", Kind::value, "SCOPES",
       "What the first challenge asks for, and a client gets that asks for nothing; \"a b\"", "", set_default_scopes},
      {"access-ttl", Kind::value, "SECONDS", "Life of an access token", "3600",
       set_life<&Lifetimes::access, 1, longest_life>},
      {"refresh-ttl", Kind::value, "SECONDS", "Life of a refresh token, anew with each use", "2592000",
       set_life<&Lifetimes::refresh, 1, longest_life>},
      {"code-ttl", Kind::value, "SECONDS", "Life of an authorization code", "60", set_life<&Lifetimes::code, 1, 600>},
      {"refresh-grace", Kind::value, "SECONDS", "How long a refresh token just used gives its successor again", "60",
       set_life<&Lifetimes::refresh_grace, 0, 3600>},
      {"own-users", Kind::value, "true|false", "People may log in with a password of this server", "true",
       set_flag<&Options::own_users>},
      {"provider-check", Kind::value, "SECONDS", "How often a provider is asked whether its user still lets us in",
       "900", set_life<&Lifetimes::provider_check, 1, longest_life>},
      {"name", Kind::value, "TEXT", "What the pages call this server", "", set_name},
      {"tls-cert", Kind::value, "FILE", "Certificate chain, PEM", "", set_path<&Options::tls_cert>},
      {"tls-key", Kind::value, "FILE", "Private key of the certificate, PEM", "", set_path<&Options::tls_key>},
      {"behind-proxy", Kind::flag, "", "TLS ends at a proxy in front; needs an https public URL", "",
       set_flag<&Options::behind_proxy>},
      {"allowed-host", Kind::list, "HOST[:PORT]", "A further name that requests may call this server; may come again",
       "", add_host_and_port<&Options::allowed_hosts>},
      {"allowed-origin", Kind::list, "ORIGIN",
       "A further origin whose pages may use the MCP endpoint, of any scheme, or null; may come again", "", add_origin},
      {"client-documents", Kind::value, "true|false", "Clients may name themselves by the URL of a metadata document",
       "true", set_flag<&Options::client_documents>},
      {"client-host", Kind::list, "HOST", "Only documents on this host are read; may come again", "", add_client_host},
      {"fetch-allow", Kind::list, "HOST[:PORT]",
       "A host that may be fetched from although its address is private; may come again", "",
       add_host_and_port<&Options::fetch_allowed>},
      {"fetch-ca", Kind::value, "FILE", "Further certificate authorities for outgoing connections, PEM", "",
       set_path<&Options::fetch_ca>},
      {"log-level", Kind::value, "LEVEL", "debug, info, warning, error or off", "info", set_log_level},
      {"log-format", Kind::value, "text|json", "How lines of the log look, on standard error", "text", set_log_format},
      {"audit", Kind::value, "FILE|-", "Every decision as a line of JSON; - is standard output", "", set_audit},
  };
  return table;
}

bool is_loopback_host(std::string_view host) {
  // "127.example.com" is a name, and may lead anywhere.
  return host == "localhost" || host == "::1" || (host.starts_with("127.") && wire::is_ipv4(host));
}

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
  return std::string(postern::nearest(word, {known.begin(), known.end()}));
}

}  // namespace postern::config
