// Invariant: what parses prints to a text that parses to the same URI; its characters are those of RFC 3986 only.
#include <string>

#include "core/wire/uri.hpp"
#include "tests/fuzz/check.hpp"

using namespace postern::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(data, size);
  (void)has_dot_segment(text);
  const auto uri = Uri::parse(text);
  if (!uri) {
    check(!uri.error().what.empty());
    return 0;
  }
  for (const char c : text) check(c > 0x20 && c < 0x7F && c != '\\' && c != '"' && c != '<' && c != '>');
  const auto again = Uri::parse(uri->to_string());
  check(again.ok() && *again == *uri && same_resource(*again, *uri));
  const bool web = uri->scheme == "http" || uri->scheme == "https";
  if (web) {
    const auto origin = Uri::parse(uri->origin());
    check(origin.ok() && origin->host == uri->host && origin->effective_port() == uri->effective_port());
  }
  const auto longer = Uri::parse(append_query(text, "iss=x"));
  if (longer) {
    check(longer->host == uri->host && longer->path == uri->path && longer->fragment == uri->fragment);
    check(longer->query.has_value() && longer->query->ends_with("iss=x"));
    check(longer->query->starts_with(uri->query.value_or("")));
  } else {
    check(text.size() + 6 > max_uri_bytes);
  }
  return 0;
}
