#include "core/flow/facts.hpp"

#include "core/crypto/hash.hpp"

namespace postern {

std::string Facts::draw(std::string_view label) const {
  return crypto::hmac_sha256(entropy_, std::string("postern draw ").append(label) + '\x01');
}

const Fact* Facts::find(const Need& need) const {
  for (const auto& [asked, fact] : answers_) {
    if (asked == need) return &fact;
  }
  return nullptr;
}

}  // namespace postern
