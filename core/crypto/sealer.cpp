#include "core/crypto/sealer.hpp"

#include "core/crypto/aead.hpp"
#include "core/crypto/hash.hpp"
#include "core/wire/base64.hpp"

namespace postern::crypto {
namespace {

constexpr std::size_t id_size = 8;

}  // namespace

Sealer::Sealer(const KeyRing& key_ring, std::string_view purpose) : purpose_(purpose) {
  for (const MasterKey& master : key_ring) {
    const std::string_view bytes = master.bytes.expose_for(Reason::sealing);
    keys_.push_back({master.id, Secret(derive_key(bytes, "postern seal " + purpose_)),
                     Secret(derive_key(bytes, "postern mac " + purpose_))});
  }
  if (keys_.empty()) __builtin_trap();
}

std::string Sealer::seal(std::string_view plaintext, std::string_view nonce) const {
  const Key& key = keys_.front();
  nonce = nonce.substr(0, aead_nonce_size);
  std::string bytes(nonce);
  bytes += aead_seal(key.sealing.expose_for(Reason::sealing), nonce, purpose_, plaintext);
  return key.id + wire::base64url(bytes);
}

std::string Sealer::seal_same(std::string_view plaintext) const { return seal(plaintext, mac(plaintext)); }

std::optional<std::string> Sealer::open(std::string_view text) const {
  if (text.size() <= id_size) return std::nullopt;
  for (const Key& key : keys_) {
    if (key.id != text.substr(0, id_size)) continue;
    const std::optional<std::string> bytes = wire::from_base64url(text.substr(id_size));
    if (!bytes || bytes->size() < aead_nonce_size) return std::nullopt;
    const std::string_view all = *bytes;
    return aead_open(key.sealing.expose_for(Reason::sealing), all.substr(0, aead_nonce_size), purpose_,
                     all.substr(aead_nonce_size));
  }
  return std::nullopt;
}

std::string Sealer::mac(std::string_view bytes) const {
  return hmac_sha256(keys_.front().mac.expose_for(Reason::sealing), bytes);
}

}  // namespace postern::crypto
