#include "core/oauth/jwks.hpp"

#include <algorithm>
#include <array>

#include "core/wire/base64.hpp"
#include "core/wire/json.hpp"

namespace postern::oauth {
namespace {

constexpr std::size_t most_keys = 50;
constexpr std::array names = {std::pair{Algorithm::es256, "ES256"}, std::pair{Algorithm::rs256, "RS256"},
                              std::pair{Algorithm::ps256, "PS256"}};

std::optional<Jwk> read_key(const Json& object);
bool is_for_signatures(const Json& object);
bool fits(const Jwk& key, Algorithm algorithm);
bool verifies(const Jwk& key, Algorithm algorithm, const wire::Jwt& token);

}  // namespace

std::string_view name_of(Algorithm algorithm) {
  const auto found = std::find_if(names.begin(), names.end(), [&](const auto& row) { return row.first == algorithm; });
  return found == names.end() ? "" : found->second;
}

std::optional<Algorithm> algorithm_by_name(std::string_view name) {
  const auto found = std::find_if(names.begin(), names.end(), [&](const auto& row) { return row.second == name; });
  return found == names.end() ? std::nullopt : std::optional<Algorithm>(found->first);
}

std::vector<Jwk> read_jwks(const Json& document) {
  std::vector<Jwk> keys;
  const Json* list = wire::array_member(document, "keys");
  if (list == nullptr) return keys;
  for (const Json& object : *list) {
    if (keys.size() == most_keys) break;
    if (auto key = read_key(object)) keys.push_back(std::move(*key));
  }
  return keys;
}

SignatureCheck check_signature(const wire::Jwt& token, const std::vector<Jwk>& keys,
                               const std::vector<Algorithm>& allowed) {
  const auto algorithm = algorithm_by_name(token.algorithm);
  if (!algorithm || std::find(allowed.begin(), allowed.end(), *algorithm) == allowed.end()) {
    return SignatureCheck::not_allowed;
  }
  std::vector<const Jwk*> candidates;
  for (const Jwk& key : keys) {
    if (fits(key, *algorithm) && (token.key_id.empty() || key.id == token.key_id)) candidates.push_back(&key);
  }
  // Without a name, trying each key would make any of them good enough.
  if (candidates.empty() || (token.key_id.empty() && candidates.size() != 1)) return SignatureCheck::unknown_key;
  constexpr std::size_t most_tried = 4;  // Two keys of one name come about in a rotation.
  candidates.resize(std::min(candidates.size(), most_tried));
  const bool good = std::any_of(candidates.begin(), candidates.end(),
                                [&](const Jwk* key) { return verifies(*key, *algorithm, token); });
  return good ? SignatureCheck::good : SignatureCheck::bad;
}

namespace {

std::optional<Jwk> read_key(const Json& object) {
  const std::string* type = wire::string_member(object, "kty");
  if (type == nullptr || !is_for_signatures(object)) return std::nullopt;
  const auto number = [&object](std::string_view name) {
    const std::string* text = wire::string_member(object, name);
    return text == nullptr ? std::nullopt : wire::from_base64url(*text);
  };
  Jwk key;
  if (*type == "EC") {
    const std::string* curve = wire::string_member(object, "crv");
    auto x = number("x");
    auto y = number("y");
    if (curve == nullptr || *curve != "P-256" || !x || !y) return std::nullopt;
    crypto::P256Key point{std::move(*x), std::move(*y)};
    if (!crypto::is_usable(point)) return std::nullopt;
    key.key = std::move(point);
  } else if (*type == "RSA") {
    auto n = number("n");
    auto e = number("e");
    if (!n || !e) return std::nullopt;
    crypto::RsaKey rsa{std::move(*n), std::move(*e)};
    if (!crypto::is_usable(rsa)) return std::nullopt;
    key.key = std::move(rsa);
  } else {
    return std::nullopt;
  }
  if (const std::string* id = wire::string_member(object, "kid")) key.id = *id;
  if (const std::string* algorithm = wire::string_member(object, "alg")) {
    key.algorithm = algorithm_by_name(*algorithm);
    if (!key.algorithm || !fits(key, *key.algorithm)) return std::nullopt;
  }
  return key;
}

// A private key that is published is everybody's.
bool is_for_signatures(const Json& object) {
  if (wire::member(object, "d") != nullptr) return false;
  if (const Json* use = wire::member(object, "use"); use != nullptr && *use != "sig") return false;
  const Json* operations = wire::member(object, "key_ops");
  if (operations == nullptr) return true;
  if (!operations->is_array()) return false;
  return std::any_of(operations->begin(), operations->end(), [](const Json& one) { return one == "verify"; });
}

bool fits(const Jwk& key, Algorithm algorithm) {
  if (key.algorithm && *key.algorithm != algorithm) return false;
  return std::holds_alternative<crypto::P256Key>(key.key) == (algorithm == Algorithm::es256);
}

bool verifies(const Jwk& key, Algorithm algorithm, const wire::Jwt& token) {
  if (const auto* point = std::get_if<crypto::P256Key>(&key.key)) {
    return crypto::verify_es256(*point, token.signing_input, token.signature);
  }
  const auto& rsa = *std::get_if<crypto::RsaKey>(&key.key);
  return algorithm == Algorithm::ps256 ? crypto::verify_ps256(rsa, token.signing_input, token.signature)
                                       : crypto::verify_rs256(rsa, token.signing_input, token.signature);
}

}  // namespace
}  // namespace postern::oauth
