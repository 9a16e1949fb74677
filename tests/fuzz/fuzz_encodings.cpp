// Invariant: every byte string comes back from its encoding, and a text that decodes is the encoding's own spelling.
#include <string>

#include "core/wire/base64.hpp"
#include "core/wire/percent.hpp"
#include "tests/fuzz/check.hpp"

using namespace postern::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(data, size);
  check(from_base64url(base64url(text)) == text);
  check(from_base64(base64(text)) == text);
  if (const auto bytes = from_base64url(text)) check(base64url(*bytes) == text);
  if (const auto bytes = from_base64(text)) check(base64(*bytes) == text);
  check(percent_decode(percent_encode(text)) == text);
  check(form_percent_decode(form_percent_encode(text)) == text);
  if (const auto bytes = percent_decode(text)) check(bytes->size() <= text.size());
  check(percent_decode(text).has_value() == form_percent_decode(text).has_value());
  return 0;
}
