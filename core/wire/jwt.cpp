#include "core/wire/jwt.hpp"

#include "core/wire/base64.hpp"
#include "core/wire/http.hpp"
#include "core/wire/json.hpp"

namespace postern::wire {
namespace {

constexpr std::size_t longest = 16 << 10;
constexpr int deepest = 16;

std::optional<Json> object_in(std::string_view part);
/// False: the member is there and is no text.
bool take_text(const Json& header, std::string_view name, std::string& into);

}  // namespace

Result<Jwt, Malformed> Jwt::parse(std::string_view text) {
  if (text.size() > longest) return Malformed{"expected a token of at most 16 KiB"};
  const std::size_t first = text.find('.');
  const std::size_t second = first == std::string_view::npos ? first : text.find('.', first + 1);
  if (second == std::string_view::npos || text.find('.', second + 1) != std::string_view::npos) {
    return Malformed{"expected three parts with dots between them"};
  }
  const std::optional<Json> header = object_in(text.substr(0, first));
  std::optional<Json> claims = object_in(text.substr(first + 1, second - first - 1));
  std::optional<std::string> signature = from_base64url(text.substr(second + 1));
  if (!header || !claims || !signature) return Malformed{"expected base64url of two JSON objects and a signature"};
  if (member(*header, "crit") != nullptr) return Malformed{"expected no crit, which names what is not understood here"};

  Jwt jwt;
  if (!take_text(*header, "alg", jwt.algorithm) || jwt.algorithm.empty()) return Malformed{"expected alg, a text"};
  if (!take_text(*header, "kid", jwt.key_id)) return Malformed{"expected kid to be a text"};
  if (!take_text(*header, "typ", jwt.type)) return Malformed{"expected typ to be a text"};
  jwt.type = lower_case(jwt.type);
  constexpr std::string_view application = "application/";  // RFC 7515 s. 4.1.9: it may be left out.
  if (jwt.type.starts_with(application)) jwt.type.erase(0, application.size());
  jwt.claims = std::move(*claims);
  jwt.signing_input = text.substr(0, second);
  jwt.signature = std::move(*signature);
  return jwt;
}

namespace {

std::optional<Json> object_in(std::string_view part) {
  const std::optional<std::string> text = from_base64url(part);
  if (!text) return std::nullopt;
  auto parsed = parse_json(*text, {longest, deepest});
  if (!parsed || !parsed->is_object()) return std::nullopt;
  return std::move(parsed).value();
}

bool take_text(const Json& header, std::string_view name, std::string& into) {
  const Json* value = member(header, name);
  if (value == nullptr) return true;
  if (!value->is_string()) return false;
  into = value->get_ref<const std::string&>();
  return true;
}

}  // namespace
}  // namespace postern::wire
