// Invariant: whatever is read as a token was three parts of base64url, signs its own first two, and is never believed:
// no key here made it.
#include "core/oauth/jwks.hpp"
#include "core/wire/base64.hpp"
#include "core/wire/json.hpp"
#include "core/wire/jwt.hpp"
#include "tests/fuzz/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace postern;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto token = wire::Jwt::parse(text)) {
    check(token->claims.is_object());
    check(!token->algorithm.empty());
    check(token->signing_input + '.' + wire::base64url(token->signature) == text);
  }
  // The same bytes as a set of keys, and the token judged by them.
  const auto document = wire::parse_json(text);
  if (!document) return 0;
  const auto keys = oauth::read_jwks(*document);
  check(keys.size() <= 50);
  const auto token = wire::Jwt::parse("eyJhbGciOiJFUzI1NiJ9.e30.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
  check(token.ok());
  check(oauth::check_signature(*token, keys, {oauth::Algorithm::es256}) != oauth::SignatureCheck::good);
  return 0;
}
