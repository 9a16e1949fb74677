// Published vectors, and what a sealed value has to withstand.
#include <gtest/gtest.h>

#include "core/crypto/aead.hpp"
#include "core/crypto/hash.hpp"
#include "core/crypto/sealer.hpp"

namespace postern::crypto {
namespace {

std::string bytes(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
  }
  return out;
}

std::string counting(int from, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += static_cast<char>(from + i);
  return out;
}

// FIPS 180-4 examples.
TEST(Sha256, Vectors) {
  EXPECT_EQ(sha256(""), bytes("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
  EXPECT_EQ(sha256("abc"), bytes("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
}

// RFC 4231 s. 4.2, 4.3 and 4.7: short keys, and one longer than a block.
TEST(HmacSha256, Vectors) {
  EXPECT_EQ(hmac_sha256(std::string(20, '\x0b'), "Hi There"),
            bytes("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"));
  EXPECT_EQ(hmac_sha256("Jefe", "what do ya want for nothing?"),
            bytes("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
  EXPECT_EQ(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
            bytes("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"));
}

// RFC 5869 app. A.3: no salt, no info; the first 32 bytes.
TEST(DeriveKey, Vector) {
  EXPECT_EQ(derive_key(std::string(22, '\x0b'), ""),
            bytes("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"));
  EXPECT_NE(derive_key("master", "one"), derive_key("master", "another"));
}

// draft-irtf-cfrg-xchacha-03 s. 2.2.1.
TEST(Hchacha20, Vector) {
  EXPECT_EQ(hchacha20(counting(0, 32), bytes("000000090000004a0000000031415927")),
            bytes("82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc"));
}

// draft-irtf-cfrg-xchacha-03 app. A.3.1.
TEST(XChaCha20Poly1305, Vector) {
  const std::string key = counting(0x80, 32);
  const std::string nonce = counting(0x40, 24);
  const std::string associated = bytes("50515253c0c1c2c3c4c5c6c7");
  const std::string plaintext =
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be "
      "it.";
  const std::string sealed = bytes(
      "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216"
      "cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13"
      "b52ec0875924c1c7987947deafd8780acf49");
  EXPECT_EQ(aead_seal(key, nonce, associated, plaintext), sealed);
  EXPECT_EQ(aead_open(key, nonce, associated, sealed), plaintext);
}

TEST(XChaCha20Poly1305, AnyOtherByteDoesNotOpen) {
  const std::string key = counting(0, 32);
  const std::string nonce = counting(0, 24);
  const std::string sealed = aead_seal(key, nonce, "purpose", "text");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(aead_open(key, nonce, "purpose", changed)) << i;
  }
  EXPECT_FALSE(aead_open(key, nonce, "another", sealed));
  EXPECT_FALSE(aead_open(key, counting(1, 24), "purpose", sealed));
  EXPECT_FALSE(aead_open(counting(1, 32), nonce, "purpose", sealed));
  EXPECT_FALSE(aead_open(key, nonce, "purpose", sealed.substr(0, 15)));
  EXPECT_FALSE(aead_open(key, nonce, "purpose", ""));
}

KeyRing ring(std::string_view ids) {
  KeyRing keys;
  for (const char id : ids) keys.push_back({std::string(8, id), Secret(std::string(32, id))});
  return keys;
}

TEST(Sealer, OpensWhatItSealedAndNothingElse) {
  const Sealer sealer(ring("a"), "access token");
  const std::string nonce = counting(0, 32);
  const std::string text = sealer.seal("plain", nonce);
  EXPECT_EQ(sealer.open(text), "plain");
  EXPECT_EQ(text.find("plain"), std::string::npos);
  EXPECT_FALSE(Sealer(ring("a"), "refresh token").open(text));  // Another purpose.
  EXPECT_FALSE(Sealer(ring("b"), "access token").open(text));   // Another deployment.
  for (const std::string_view other : {"", "a", "aaaaaaaa", "aaaaaaaaQUJD", "not base64 ="}) {
    EXPECT_FALSE(sealer.open(other)) << other;
  }
}

TEST(Sealer, ARetiredKeyStillOpensAndARemovedOneDoesNot) {
  const std::string old = Sealer(ring("a"), "x").seal("plain", counting(0, 24));
  EXPECT_EQ(Sealer(ring("ba"), "x").open(old), "plain");
  EXPECT_FALSE(Sealer(ring("b"), "x").open(old));
  EXPECT_EQ(Sealer(ring("ba"), "x").seal("plain", counting(0, 24)).substr(0, 8), "bbbbbbbb");
}

TEST(Sealer, SealSameGivesOneTextForOnePlaintext) {
  const Sealer sealer(ring("a"), "x");
  EXPECT_EQ(sealer.seal_same("one"), sealer.seal_same("one"));
  EXPECT_NE(sealer.seal_same("one"), sealer.seal_same("two"));
  EXPECT_EQ(sealer.open(sealer.seal_same("one")), "one");
}

TEST(Sealer, MacsOfTwoPurposesTellNothingOfEachOther) {
  EXPECT_NE(Sealer(ring("a"), "x").mac("one"), Sealer(ring("a"), "y").mac("one"));
  EXPECT_EQ(Sealer(ring("a"), "x").mac("one").size(), 32u);
}

}  // namespace
}  // namespace postern::crypto
