// Invariant: what is read prints to a text that reads the same; a target that is accepted names one path only.
#include <string>

#include "core/wire/headers_value.hpp"
#include "core/wire/http.hpp"
#include "core/wire/text.hpp"
#include "core/wire/uri.hpp"
#include "tests/fuzz/check.hpp"

using namespace postern::wire;

namespace {

void check_target(std::string_view text) {
  const auto target = parse_target(text);
  if (!target) return;
  check(target->path.starts_with('/') && !has_dot_segment(target->path));
  check(target->path.find_first_of("?#\\ ") == std::string::npos && target->query.find('#') == std::string::npos);
  const auto again = parse_target(target->query.empty() ? target->path : target->path + "?" + target->query);
  check(again.ok() && *again == *target);
}

void check_media_type(std::string_view text) {
  (void)accepts(text, "application/json");
  const auto media_type = parse_media_type(text);
  if (!media_type) return;
  check(media_type->type == lower_case(media_type->type));
  std::string printed = media_type->type;
  for (const auto& [name, value] : media_type->parameters) {
    check(is_token(name) && is_field_value(value));
    printed += ";" + name + "=\"";
    for (const char c : value) printed += std::string("\\") + c;
    printed += "\"";
  }
  const auto again = parse_media_type(printed);
  check(again && again->type == media_type->type && again->parameters == media_type->parameters);
}

void check_credentials(std::string_view text) {
  if (const auto authorization = parse_authorization(text)) {
    const auto again = parse_authorization(authorization->scheme + " " + authorization->credentials);
    check(again && again->scheme == authorization->scheme && again->credentials == authorization->credentials);
    (void)parse_basic(authorization->credentials);
  }
  if (const auto basic = parse_basic(text)) check(valid_utf8(basic->id));
  if (const auto token = bearer_token(text)) check(bearer_token("Bearer " + std::string(*token)) == token);
}

void check_rest(std::string_view text) {
  if (const auto value = cookie(text, "__Host-session")) check(value->find(';') == std::string_view::npos);
  if (const auto value = decode_mcp_header(text)) check(decode_mcp_header(encode_mcp_header(*value)) == value);
  if (valid_utf8(text)) check(decode_mcp_header(encode_mcp_header(text)) == text);
  const std::string encoded = encode_mcp_header(text);
  check(is_field_value(encoded) && trim_ows(encoded) == encoded);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(data, size);
  check_target(text);
  check_media_type(text);
  check_credentials(text);
  check_rest(text);
  return 0;
}
